import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import { childEnvironment, quietVariables } from "./child-environment.ts";
import { ForkServer } from "./fork-server.ts";
import { spawnChild, type ChildStart, type PythonChild } from "./python-child.ts";

/** Fork servers that are kept: each takes about 200 MB. The least recently used one is stopped to make room. */
const maxServers = 4;
const idleMs = 600_000;

export interface LauncherOptions {
  dataDir: string;
  path: string;
  /** Whether processes are forked from one that has imported crewai. */
  fork: boolean;
  warn: (text: string) => void;
}

interface Kept {
  server: Promise<ForkServer>;
  /** When the environment was last changed: packages installed later are not in the server. */
  changedMs: number;
  idle: NodeJS.Timeout | undefined;
}

/** Starts Python processes: by forking a server of their environment, if that works, else from scratch. */
export class Launcher implements Disposable {
  readonly #options: LauncherOptions;
  readonly #servers = new Map<string, Kept>();
  /** Environments whose server does not start: it is not attempted again for each run. */
  readonly #unforkable = new Set<string>();

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** Starts a process for one order. @throws AppError `run_failed` if the interpreter does not exist */
  async start(start: ChildStart): Promise<PythonChild> {
    const server = await this.#serverFor(start);
    if (server === undefined) return spawnChild(start);
    try {
      return await server.fork(start);
    } catch (error) {
      this.#forget(start.python);
      this.#options.warn(`${errorMessage(error)} Starting a new process instead.`);
      return spawnChild(start);
    }
  }

  /** Has the server of an environment import crewai before the first run needs it. */
  warm(python: string): void {
    void this.#serverFor({ python, env: quietVariables });
  }

  /** Ends all servers and their children. */
  [Symbol.dispose](): void {
    for (const python of this.#servers.keys()) this.#forget(python, "stop");
  }

  async #serverFor({ python, env }: Pick<ChildStart, "python" | "env">): Promise<ForkServer | undefined> {
    const { fork, warn } = this.#options;
    if (!fork || process.platform !== "linux" || this.#unforkable.has(python)) return undefined;
    // Settings that the library reads when it is imported were read without the project's values.
    if (Object.entries(quietVariables).some(([name, value]) => env[name] !== value)) return undefined;
    try {
      const kept = await this.#kept(python);
      clearTimeout(kept.idle);
      kept.idle = setTimeout(() => this.#forget(python), idleMs).unref();
      const server = await kept.server;
      if (!server.ended) return server;
      this.#forget(python);
      return await (
        await this.#kept(python)
      ).server;
    } catch (error) {
      this.#forget(python);
      this.#unforkable.add(python);
      warn(`${errorMessage(error)} Each run of it starts a process of its own.`);
      return undefined;
    }
  }

  async #kept(python: string): Promise<Kept> {
    const changedMs = await changed(python);
    const known = this.#servers.get(python);
    if (known !== undefined && known.changedMs === changedMs) {
      // The map is in order of use.
      this.#servers.delete(python);
      this.#servers.set(python, known);
      return known;
    }
    this.#forget(python);
    const [oldest] = this.#servers.keys();
    if (this.#servers.size >= maxServers && oldest !== undefined) this.#forget(oldest);
    const { dataDir, path } = this.#options;
    const home = resolve(dataDir, "home", "_forkserver");
    const parts = { python, path, home, storage: join(home, "storage"), shared: {}, project: {}, fixed: {} };
    const kept: Kept = { server: ForkServer.start(python, childEnvironment(parts)), changedMs, idle: undefined };
    kept.server.catch(() => undefined);
    this.#servers.set(python, kept);
    return kept;
  }

  /** Releases a server: its children continue unless it is stopped. */
  #forget(python: string, how: "retire" | "stop" = "retire"): void {
    const kept = this.#servers.get(python);
    if (kept === undefined) return;
    this.#servers.delete(python);
    clearTimeout(kept.idle);
    kept.server.then(
      (server) => server[how](),
      () => undefined,
    );
  }
}

/** When packages of an environment were last installed or removed. */
async function changed(python: string): Promise<number> {
  const lib = join(dirname(dirname(python)), "lib");
  const [version = ""] = await readdir(lib).catch(() => []);
  const found = await stat(join(lib, version, "site-packages")).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
