import { constants, existsSync } from "node:fs";
import { lstat, mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/**
 * Linux names an open folder as /proc/self/fd/N, so that the next part of a path is looked up in the folder that was
 * opened, even if it has been renamed since. On other systems a part is looked up by name; a link is rejected there as
 * well, but one that is put there between two parts is not noticed.
 */
const hasDescriptorPaths = existsSync("/proc/self/fd");

/** Why a part of a path could not be opened. */
export type OpenFault = "missing" | "link" | "not_folder" | "folder" | "not_file" | "failed";

/** A part of a path that could not be opened: `part` says which one, `fault` why. */
export class OpenError extends Error {
  override readonly name: string = "OpenError";
  readonly fault: OpenFault;
  readonly part: string;
  /** The system's error code, such as EACCES, if the system rejected it. */
  readonly code: string | undefined;

  constructor(fault: OpenFault, part: string, cause?: unknown) {
    const code = codeOf(cause);
    super(`"${part}" cannot be opened (${code ?? fault})`, { cause });
    this.code = code;
    this.fault = fault;
    this.part = part;
  }
}

/** An open folder; `path` names it, or its contents, for as long as it is open. */
export interface OpenFolder extends AsyncDisposable {
  path: string;
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens the folder that `parts` lead to from `root`, part by part, without following symbolic links below the root.
 * @param make creates missing folders
 * @throws {@link OpenError}
 */
export async function openFolder(
  root: string,
  parts: readonly string[],
  { make = false }: { make?: boolean } = {},
): Promise<OpenFolder> {
  let folder = opened(await open(root, constants.O_RDONLY | constants.O_DIRECTORY), root);
  for (const part of parts) {
    const next = await openPart(folder, part, make).finally(() => folder[Symbol.asyncDispose]());
    folder = next;
  }
  return folder;
}

/** One level down: the folder with that name in an open one. */
export async function openPart(folder: OpenFolder, name: string, make = false): Promise<OpenFolder> {
  const path = join(folder.path, name);
  if (make) {
    await mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw faultOf(error, name);
    });
  }
  const handle = await open(path, folderFlags).catch(async (error: unknown) => {
    throw codeOf(error) === "ENOTDIR" ? new OpenError(await kindOf(path), name, error) : faultOf(error, name);
  });
  return opened(handle, path);
}

/**
 * Opens a regular file in an open folder, for reading or, created and truncated, for writing. Never blocks: a pipe
 * without another end would otherwise block the caller, and the pool's thread that opens it, past any abort.
 * @throws {@link OpenError}
 */
export async function openFile(folder: OpenFolder, name: string, access: "read" | "write"): Promise<FileHandle> {
  const flags = access === "read" ? constants.O_RDONLY : constants.O_WRONLY | constants.O_CREAT;
  const handle = await open(join(folder.path, name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw faultOf(error, name);
    },
  );
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new OpenError(found.isDirectory() ? "folder" : "not_file", name);
    // Truncated only now: O_TRUNC would have emptied it before its kind is known.
    if (access === "write") await handle.truncate(0);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @returns the file's bytes; undefined if it has more than `limit` */
export async function readAtMost(file: FileHandle, limit: number, signal?: AbortSignal): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  // A file may grow while it is read: its size only determines how much to read at once.
  const chunkSize = Math.min(limit, Math.max((await file.stat()).size, 65_536)) + 1;
  for (let total = 0; total <= limit;) {
    signal?.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, total);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return undefined;
}

function opened(handle: FileHandle, path: string): OpenFolder {
  return {
    path: hasDescriptorPaths ? `/proc/self/fd/${handle.fd}` : path,
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function kindOf(path: string): Promise<OpenFault> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true ? "link" : "not_folder";
}

/** Codes of open(2) with the flags above; ENXIO is a socket, or a pipe without a reader. */
const faults: Readonly<Record<string, OpenFault>> = {
  ENOENT: "missing",
  ELOOP: "link",
  EMLINK: "link",
  ENOTDIR: "not_folder",
  EISDIR: "folder",
  ENXIO: "not_file",
  EOPNOTSUPP: "not_file",
  ENODEV: "not_file",
};

function faultOf(error: unknown, name: string): OpenError {
  return new OpenError(faults[codeOf(error) ?? ""] ?? "failed", name, error);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
