import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { ParentMessage } from "./messages.ts";

/** The Python side's entry: started as a file, with the interpreter of the project's environment. */
export const childFile = fileURLToPath(new URL("../../python/crewstream/__main__.py", import.meta.url));

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A Python process that exchanges messages with us, however it was started. */
export interface PythonChild {
  readonly pid: number;
  /** Its messages. */
  readonly up: Readable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<Ending>;
  /** Sends it a message. What it does not read any more is dropped. */
  send(message: ParentMessage): void;
  /** Ends it and everything it has started, immediately. */
  kill(): void;
}

export interface ChildStart {
  python: string;
  mode: "run" | "describe";
  env: Readonly<Record<string, string>>;
  /** Where it starts; it changes to its order's directory itself. */
  directory: string;
}

/** Starts a Python process for one order. @throws AppError `run_failed` if the interpreter does not exist */
export async function spawnChild({ python, mode, env, directory }: ChildStart): Promise<PythonChild> {
  const child = spawn(python, [childFile, mode], {
    cwd: directory,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    // Its own process group, so that what its tools start ends with it.
    detached: true,
  });
  const exited = new Promise<Ending>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      reject(new AppError(`${python} cannot be started: ${errorMessage(error)}`, { code: ErrorCode.runFailed }));
    });
  });
  // Later errors are those of a kill or a pipe, whose effect is noticed elsewhere.
  child.on("error", () => undefined);
  const pid = child.pid ?? 0;
  const down = child.stdio[4] as Writable;
  down.on("error", () => undefined);
  return {
    pid,
    up: child.stdio[3] as Readable,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exited,
    send: (message) => void down.write(`${JSON.stringify(message)}\n`),
    kill: () => killGroup(pid),
  };
}

/** Ends a process group; one that has ended already is not an error. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
