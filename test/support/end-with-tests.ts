import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { RunningProcess } from "@crewstream/cli";

/**
 * Reads `+ PID` and `- PID` lines, and ends what is left (each with its process group) when its input ends: that
 * happens however this process dies, including by SIGKILL.
 */
const script = `
pids=" "
while read -r op pid; do
  case "$op" in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -s TERM -- "-$pid"; kill -s CONT -- "-$pid"; done
`;

let guard: Socket | undefined;

/** Makes sure that a process does not outlive the tests that started it, even if these are killed. */
export async function endWithTests(running: RunningProcess): Promise<void> {
  guard ??= startGuard();
  guard.write(`+ ${running.pid}\n`);
  await running.exited;
  guard.write(`- ${running.pid}\n`);
}

function startGuard(): Socket {
  const child = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  child.unref();
  // A pipe to a child is a socket; it must not keep this process alive.
  const stdin = child.stdin as unknown as Socket;
  stdin.unref();
  return stdin;
}
