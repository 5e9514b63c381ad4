import { rm } from "node:fs/promises";
import { z } from "zod";
import { identifyProcess, isRunning, processIdentitySchema, type ProcessIdentity } from "../processes/identity.ts";
import { adopt, type RunningProcess } from "../processes/running-process.ts";
import { readJson, writePrivateFile } from "./private-files.ts";

/** The running child processes, stored in a file, so that the next start can end those that a killed start left behind. */
export class ProcessList {
  readonly #path: string;
  #running: ProcessIdentity[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async add(running: RunningProcess): Promise<void> {
    const identity = identifyProcess(running.pid);
    if (identity === undefined) return;
    this.#running = [...this.#running.filter(isRunning), identity];
    this.#writing = this.#writing.then(() => writePrivateFile(this.#path, JSON.stringify(this.#running)));
    await this.#writing;
  }

  async clear(): Promise<void> {
    await this.#writing;
    await rm(this.#path, { force: true });
  }
}

/**
 * Ends the processes that a killed start left behind. They notice that it has ended and drain; this waits
 * for them, and kills those that do not end within `graceMs`.
 * @returns how many there were
 */
export async function endLeftBehind(path: string, graceMs: number): Promise<number> {
  const listed = (await readJson(path, z.array(processIdentitySchema))) ?? [];
  const leftBehind = listed.filter(isRunning);
  await Promise.all(leftBehind.map((identity) => waitOrKill(identity, graceMs)));
  await rm(path, { force: true });
  return leftBehind.length;
}

/** No SIGTERM: for a process that is already draining it would be the second one, which forces it to exit. */
async function waitOrKill(identity: ProcessIdentity, graceMs: number): Promise<void> {
  const running = adopt(identity);
  const timer = setTimeout(() => running.signal("SIGKILL"), graceMs);
  await running.exited;
  clearTimeout(timer);
}
