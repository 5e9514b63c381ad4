import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { identifyProcess, isRunning, processIdentitySchema, type ProcessIdentity } from "../processes/identity.ts";

/**
 * Ensures that only one `crewstream start` at a time uses a data folder. A lock whose owner has died (SIGKILL, power
 * failure) is taken over; disposing it releases the folder.
 * @throws AppError `conflict` that names the process that holds the lock
 */
export async function acquireStartLock(dataDir: string): Promise<AsyncDisposable> {
  const path = join(dataDir, "start.lock");
  const own = identifyProcess(process.pid);
  if (own === undefined) throw new Error("Cannot identify the current process.");
  const text = JSON.stringify(own);

  while (!(await createExclusively(path, text))) {
    const held = await readFile(path, "utf8").catch(() => undefined);
    if (held === undefined) continue;
    const owner = parseOwner(held);
    if (owner !== undefined && isRunning(owner)) throw alreadyRunning(owner, dataDir);
    await removeIfStill(path, held);
  }
  return { [Symbol.asyncDispose]: () => removeIfStill(path, text) };
}

/** Written to a temporary file and then linked: the lock is never seen empty, and only one of two processes gets it. */
async function createExclusively(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Moves the lock away and checks what was moved: another start may have replaced it between reading and removing. */
async function removeIfStill(path: string, expected: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, "utf8")) !== expected) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseOwner(text: string): ProcessIdentity | undefined {
  return z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue("not JSON");
        return z.NEVER;
      }
    })
    .pipe(processIdentitySchema)
    .safeParse(text).data;
}

function alreadyRunning(owner: ProcessIdentity, dataDir: string): AppError {
  return new AppError(
    `crewstream is already running on ${dataDir} (process ${owner.pid}). ` +
      `Stop it first (Ctrl-C there, or: kill ${owner.pid}), or start another one with its own DATA_DIR and PORT.`,
    { code: ErrorCode.conflict },
  );
}
