import { lstat, mkdir, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { OpenError, openFile, openFolder, openPart, readAtMost, type OpenFolder } from "./open-inside.ts";
import { maxParts, partsOfRunPath } from "./run-path.ts";

/** Larger files are not read unless the caller allows it. */
const defaultMaxBytes = 10 * 1024 * 1024;

/**
 * The files of a run's own directory, by relative path. Nothing outside it can be reached, whatever is linked, renamed
 * or mounted there meanwhile, and only regular files are opened.
 *
 * Methods throw `forbidden` for a path that leads outside, `invalid_input` for one that is too long, missing or not a
 * regular file, and `configuration` if the run has no directory. Their messages are written for a model.
 */
export class RunFiles {
  readonly #directory: string | undefined;

  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** A file's bytes. */
  async read(
    path: string,
    { maxBytes = defaultMaxBytes, signal }: { maxBytes?: number; signal?: AbortSignal } = {},
  ): Promise<Buffer> {
    return this.#at(path, `There is no file "${path}"`, async (root, folders, name) => {
      await using folder = await openFolder(root, folders);
      await using file = await openFile(folder, name, "read");
      const bytes = await readAtMost(file, maxBytes, signal);
      if (bytes !== undefined) return bytes;
      throw refused(`"${path}" has more than the ${maxBytes} bytes that are read at most`);
    });
  }

  /** Writes a whole file, replacing an existing one. */
  async write(
    path: string,
    text: string,
    { makeFolders = true, signal }: { makeFolders?: boolean; signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.#at(path, `There is no folder for "${path}"`, async (root, folders, name) => {
      await using folder = await openFolder(root, folders, { make: makeFolders });
      await using file = await openFile(folder, name, "write");
      await file.writeFile(text, { signal });
    });
  }

  /**
   * Paths of all regular files in and below a folder, relative to the run's directory and sorted, or of the single file
   * at that path; undefined if nothing is there. Folders nested deeper than the limit are omitted.
   */
  async list(path: string): Promise<string[] | undefined> {
    const root = await this.#root(path);
    const parts = partsOfRunPath(path);
    try {
      await using folder = await openFolder(root, parts);
      return (await filesBelow(folder, parts)).sort();
    } catch (error) {
      if (error instanceof OpenError && error.fault === "missing") return undefined;
      if (!(error instanceof OpenError) || error.fault !== "not_folder") throw describeFailure(error, path, "");
    }
    await this.#at(path, `There is no file "${path}"`, async (_root, folders, name) => {
      await using folder = await openFolder(root, folders);
      await using _file = await openFile(folder, name, "read");
    });
    return [parts.join("/")];
  }

  /**
   * The absolute path of a file, for code that opens it itself: it may have become a link by then. {@link read} and
   * {@link write} have no such gap.
   */
  async resolve(path: string): Promise<string> {
    const root = await this.#root(path);
    const parts = partsOfRunPath(path);
    const wanted = join(root, ...parts);
    try {
      await using folder = await openFolder(root, parts.slice(0, -1));
      const last = parts.at(-1);
      const found = last === undefined ? undefined : await lstat(join(folder.path, last)).catch(() => undefined);
      if (found?.isSymbolicLink() === true) throw new OpenError("link", last ?? "");
    } catch (error) {
      if (!(error instanceof OpenError && error.fault === "missing")) throw describeFailure(error, path, "");
    }
    return wanted;
  }

  async #at<T>(
    path: string,
    missing: string,
    action: (root: string, folders: string[], name: string) => Promise<T>,
  ): Promise<T> {
    const root = await this.#root(path);
    const folders = partsOfRunPath(path);
    const name = folders.pop();
    if (name === undefined) throw refused(`"${path}" is a folder`);
    try {
      return await action(root, folders, name);
    } catch (error) {
      throw describeFailure(error, path, missing);
    }
  }

  async #root(path: string): Promise<string> {
    if (this.#directory === undefined) {
      throw new AppError(`"${path}" cannot be used: this run has no directory for files`, {
        code: ErrorCode.configuration,
      });
    }
    await mkdir(this.#directory, { recursive: true });
    return realpath(this.#directory);
  }
}

async function filesBelow(folder: OpenFolder, parts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder.path, { withFileTypes: true })) {
    const inside = [...parts, entry.name];
    if (entry.isFile()) found.push(inside.join("/"));
    if (!entry.isDirectory() || inside.length >= maxParts) continue;
    try {
      await using below = await openPart(folder, entry.name);
      found.push(...(await filesBelow(below, inside)));
    } catch (error) {
      // Removed or replaced since the folder was read, or not readable: its contents are not listed.
      if (!(error instanceof OpenError)) throw error;
    }
  }
  return found;
}

function refused(message: string): AppError {
  return new AppError(message, { code: ErrorCode.invalidInput });
}

/** What a model gets instead of the system's error, which would reveal the directory's path. */
function describeFailure(error: unknown, path: string, missing: string): unknown {
  if (!(error instanceof OpenError)) return error;
  const { fault, part, code } = error;
  if (fault === "link") {
    return new AppError(
      `"${path}" cannot be used: "${part}" is a symbolic link, which may lead outside the run's directory`,
      { code: ErrorCode.forbidden },
    );
  }
  const messages: Record<typeof fault, string> = {
    missing,
    folder: `"${path}" is a folder`,
    not_folder: `"${path}" cannot be used: "${part}" is not a folder`,
    not_file: `"${path}" is not a regular file, but a pipe, a socket or a device`,
    failed: `"${path}" cannot be opened (${code ?? "unknown reason"})`,
  };
  return refused(messages[fault]);
}
