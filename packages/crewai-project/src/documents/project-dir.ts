import { readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import { openFile, openFolder, readAtMost } from "@crewstream/crew/parts";
import type { Findings, Location } from "../finding.ts";
import { SyntaxFault, type Document } from "./document.ts";
import { parseJsonc } from "./json-document.ts";
import { parseToml } from "./toml-document.ts";
import { parseYaml } from "./yaml-document.ts";

/** Larger than any hand-written file of a project. */
const maxFileBytes = 1024 * 1024;

/** Why a path of a project cannot be used; the text continues "the path …". */
export class PathFault extends Error {
  override readonly name: string = "PathFault";
}

/** A project's folder, and the only way its files are read: nothing outside it can be reached, by name or by link. */
export class ProjectDir {
  readonly root: string;
  readonly #findings: Findings;

  constructor(root: string, findings: Findings) {
    this.root = root;
    this.#findings = findings;
  }

  /** Opens a folder. Throws the file system's error if it does not exist. */
  static async open(dir: string, findings: Findings): Promise<ProjectDir> {
    const root = await realpath(resolve(dir));
    await readdir(root);
    return new ProjectDir(root, findings);
  }

  /**
   * The real path of a file or folder named in a project file, relative to `from`. Throws {@link PathFault} if it is
   * absolute, leaves the project (also by a link) or does not exist.
   */
  async locate(path: string, from = ""): Promise<string> {
    if (path.includes("\0") || isAbsolute(path) || /^(~|[A-Za-z]:|\\\\)/.test(path)) {
      throw new PathFault("must be relative to the project");
    }
    if (path.split(/[/\\]/).includes("..")) throw new PathFault('must not contain ".."');
    const target = join(this.root, from, path);
    const real = await realpath(target).catch(() => undefined);
    if (real === undefined) throw new PathFault("is not a file");
    if (real !== this.root && !real.startsWith(this.root + sep)) throw new PathFault("leads outside the project");
    return real;
  }

  /** Whether a path inside the project is a file or a folder; undefined if it is neither or outside. */
  async kindOf(path: string): Promise<"file" | "folder" | undefined> {
    try {
      const found = await stat(await this.locate(path));
      return found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined;
    } catch {
      return undefined;
    }
  }

  async isFile(path: string): Promise<boolean> {
    return (await this.kindOf(path)) === "file";
  }

  /** Names in a folder, sorted; empty if it does not exist. */
  async names(folder: string): Promise<string[]> {
    try {
      return (await readdir(await this.locate(folder === "" ? "." : folder))).sort();
    } catch {
      return [];
    }
  }

  /** A file's text; undefined, with a finding, if it cannot be read. */
  async text(path: string, named?: Location): Promise<string | undefined> {
    const text = (await this.bytes(path, named, maxFileBytes))?.toString("utf8");
    return text?.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  /** A file's bytes, at most `limit` of them; undefined, with a finding, if it cannot be read. */
  async bytes(path: string, named: Location | undefined, limit: number): Promise<Buffer | undefined> {
    const file = posix.normalize(path.split(sep).join("/"));
    try {
      const real = await this.locate(file);
      if (!(await stat(real)).isFile()) throw new PathFault("is not a file");
      const folders = relative(this.root, real).split(sep);
      const name = folders.pop() ?? "";
      // Opened without following links: since it was located, it may have been replaced by a link, or by a pipe.
      await using folder = await openFolder(this.root, folders);
      await using opened = await openFile(folder, name, "read");
      const bytes = await readAtMost(opened, limit);
      if (bytes === undefined) throw new PathFault(`leads to a file of more than ${limit / 1024} KiB`);
      return bytes;
    } catch (error) {
      const reason = error instanceof PathFault ? error.message : `cannot be read: ${errorMessage(error)}`;
      this.#findings.error(named ?? file, `the path ${JSON.stringify(path)} ${reason}`);
      return undefined;
    }
  }

  /** A file, parsed by its extension; undefined, with findings, if it cannot be. */
  async document(path: string, named?: Location): Promise<Document | undefined> {
    const text = await this.text(path, named);
    if (text === undefined) return undefined;
    const file = posix.normalize(path);
    try {
      return parserOf(file)(file, text);
    } catch (error) {
      const position = error instanceof SyntaxFault ? error.position : undefined;
      const message = error instanceof RangeError ? "it is nested too deeply" : errorMessage(error);
      this.#findings.error(position === undefined ? file : `${file}:${position.line}:${position.column}`, message);
      return undefined;
    }
  }

  /** A real path for display: relative to the project. */
  shown(path: string): string {
    return relative(this.root, path).split(sep).join("/");
  }
}

function parserOf(file: string): (file: string, text: string) => Document {
  if (/\.ya?ml$/.test(file)) return parseYaml;
  return file.endsWith(".toml") ? parseToml : parseJsonc;
}
