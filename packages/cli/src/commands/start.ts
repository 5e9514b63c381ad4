import { keepDebuggerClosed } from "@crewstream/service";
import type { Command } from "commander";
import { ExitCode } from "../exit-codes.ts";
import { endWithReader } from "../output/io.ts";
import { jsonView, readableView } from "../logs/log-view.ts";

/** One Ctrl-C arrives twice if npm forwards it: signals this close together count as one. */
const samePressMs = 300;

/** `crewstream start`: everything on this machine, until Ctrl-C. */
export function addStartCommand(program: Command): void {
  program
    .command("start")
    .description("Run everything on this machine: Redis, API, crew worker, delivery worker")
    .option("--json", "print the processes' JSON log lines unchanged")
    .action(async (options: { json?: boolean }) => {
      // A closed terminal or pipe must not kill the system: it is shut down in order.
      process.stdout.off("error", endWithReader).on("error", () => undefined);
      const write = (text: string): void => void process.stdout.write(text);
      const view = options.json === true ? jsonView(write) : readableView(write);
      const { stop, kill } = stopSignals();
      keepDebuggerClosed();
      const { start } = await import("../start/start.ts");
      await start({ env: process.env, view, stop, kill });
      view.say("All processes stopped");
      process.exitCode = kill.aborted ? ExitCode.killed : ExitCode.ok;
    });
}

/** The first Ctrl-C, SIGTERM or closed terminal stops; the second kills. */
function stopSignals(): { stop: AbortSignal; kill: AbortSignal } {
  const stop = new AbortController();
  const kill = new AbortController();
  let stoppedAt = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      stoppedAt = Date.now();
      stop.abort();
    } else if (Date.now() - stoppedAt > samePressMs) {
      kill.abort();
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return { stop: stop.signal, kill: kill.signal };
}
