import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { isRunning, type ProcessIdentity } from "./identity.ts";

/** How a process ended: its exit code, or the signal that ended it; both null if that is unknown. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of this machine, whether started here or found running. */
export interface RunningProcess {
  pid: number;
  exited: Promise<ProcessExit>;
  /** Sends a signal; does nothing if the process has already ended. */
  signal: (signal: NodeJS.Signals) => void;
}

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  argv0?: string;
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Opens a channel that closes when the parent ends for any reason, which the child notices. */
  ipc?: boolean;
  /**
   * Secret text that the child reads from this descriptor. The descriptor is one end of a socket pair, so
   * that other processes of the same user cannot open it in `/proc`.
   */
  secrets?: string;
  /** Receives each line of stdout and stderr, without the line end. */
  onLine: (line: string) => void;
}

/** The descriptor on which a child finds {@link LaunchOptions.secrets}; 3 is the channel's. */
export const secretsDescriptorNumber = 4;

/**
 * Starts a process in its own process group, so that Ctrl-C in the terminal reaches only the parent,
 * which then stops its children in order.
 * @throws the spawn error, e.g. ENOENT
 */
export async function launch(options: LaunchOptions): Promise<RunningProcess> {
  const child = spawn(options.command, options.args, {
    ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    detached: true,
    stdio: [
      "ignore",
      "pipe",
      "pipe",
      options.ipc === true ? "ipc" : "ignore",
      options.secrets === undefined ? "ignore" : "pipe",
    ],
  });
  passSecrets(child, options.secrets);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", options.onLine);
  }
  const pid = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => resolve(child.pid ?? 0));
  });
  child.on("error", () => undefined);
  return { pid, exited, signal: (signal) => void child.kill(signal) };
}

function passSecrets(child: ChildProcess, secrets: string | undefined): void {
  const descriptor = child.stdio[secretsDescriptorNumber];
  if (secrets === undefined || !(descriptor instanceof Writable)) return;
  // If the child ends before it has read them, its exit is reported anyway.
  descriptor.on("error", () => undefined);
  descriptor.end(secrets);
}

/** Takes over a process that was started elsewhere: its exit is detected by polling, and its output is not available. */
export function adopt(identity: ProcessIdentity, lookEveryMs = 200): RunningProcess {
  const exited = new Promise<ProcessExit>((resolve) => {
    const timer = setInterval(() => {
      if (isRunning(identity)) return;
      clearInterval(timer);
      resolve({ code: null, signal: null });
    }, lookEveryMs);
    timer.unref();
  });
  return {
    pid: identity.pid,
    exited,
    signal: (signal) => {
      if (isRunning(identity)) process.kill(identity.pid, signal);
    },
  };
}

/** Sends SIGTERM, then SIGKILL after `graceMs`, and resolves when the process has ended. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  const running = adopt(identity);
  running.signal("SIGTERM");
  const timer = setTimeout(() => running.signal("SIGKILL"), graceMs);
  await running.exited;
  clearTimeout(timer);
}

/** For people: `exited with code 1`, `was killed by SIGKILL`. */
export function describeExit({ code, signal }: ProcessExit): string {
  if (signal !== null) return `was killed by ${signal}`;
  return code === null ? "is gone" : `exited with code ${code}`;
}
