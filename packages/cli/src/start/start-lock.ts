import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { identifyProcess, isRunning, processIdentitySchema, type ProcessIdentity } from "../processes/identity.ts";

/**
 * Makes sure that one `crewstream start` at a time uses a data folder. A lock whose owner is gone (SIGKILL, power) is
 * taken over; disposing it frees the folder.
 * @throws AppError `conflict` that names the process that holds it
 */
export async function acquireStartLock(dataDir: string): Promise<AsyncDisposable> {
  const path = join(dataDir, "start.lock");
  const own = identifyProcess(process.pid);
  if (own === undefined) throw new Error("The own process cannot be identified.");
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

/** Written aside and then linked: the lock is never seen empty, and of two processes one gets it. */
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

/** Moves it away and looks at what was moved: between reading and removing, another start may have put its own there. */
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
