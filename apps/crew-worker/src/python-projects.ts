import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { automationNameSchema, errorMessage, type UnavailableAutomation } from "@crewstream/contracts";
import { secretRemover } from "@crewstream/crew";
import { findInterpreter, readPythonProject, type PythonTarget } from "@crewstream/python-runtime";
import type { Logger } from "@crewstream/service";
import { projectVersion } from "./project-version.ts";
import type { ServedEntry } from "./registry.ts";

export interface PythonProjectsOptions {
  /** Folder for what Python projects need on this machine. */
  pythonDir: string;
  /** The variables of the worker's environment that automations may see. */
  env: Record<string, string>;
  /** The projects' folders. */
  folders: readonly string[];
  /** What the worker serves, by name: automations are added when they are ready. */
  served: Map<string, ServedEntry>;
  log: Logger;
  /** Called when an automation has been added, or when the reason why one cannot be served has changed. */
  changed: (entry?: ServedEntry) => void;
}

/** Importing crewai takes up to 14 s of CPU time; one project that hangs must not keep another from being served. */
const concurrentImports = 2;

/** A project that is not served as a whole, and why. */
interface Pending {
  folder: string;
  unavailable: UnavailableAutomation[];
  /** Whether it was checked: one that is not unavailable is served then. */
  looked: boolean;
  /** The environment in which its code failed: it is not imported again until that or its .env has changed. */
  failedIn?: string;
}

/**
 * The Python projects of a worker. Their code is imported, in child processes, after the worker has started: a project that
 * takes long or hangs delays no other automation. A project without an environment is served as soon as it has one.
 */
export class PythonProjects {
  readonly #options: PythonProjectsOptions;
  #pending: Pending[];
  /** Those whose code is being imported. */
  readonly #importing = new Set<Pending>();
  readonly #removeSecrets: (text: string) => string;
  /** The latest reason per automation. */
  readonly #logged = new Map<string, string>();

  constructor(options: PythonProjectsOptions) {
    this.#options = options;
    this.#pending = options.folders.map((folder) => ({ folder, unavailable: [], looked: false }));
    this.#removeSecrets = secretRemover(options.env);
  }

  /** What cannot be run, and why. */
  get unavailable(): UnavailableAutomation[] {
    const { served } = this.#options;
    return this.#pending.flatMap((each) => each.unavailable).filter(({ name }) => !served.has(name));
  }

  /**
   * Checks each project that is not served yet. With `imports`, the code of undescribed ones is imported, of two at a
   * time; without, only those that were described before are served. A pass does not wait for its imports, one of which
   * may hang: `imported` resolves when they have ended.
   */
  async look({ imports, signal }: { imports: boolean; signal: AbortSignal }): Promise<{ imported: Promise<void> }> {
    this.#pending = this.#pending.filter(({ unavailable, looked }) => !looked || unavailable.length > 0);
    const started: Promise<void>[] = [];
    for (const pending of this.#pending.filter((each) => !this.#importing.has(each))) {
      await this.#lookAt(pending, { imports: false, signal });
      const isUndescribed = pending.unavailable.some(({ state }) => state === "starting");
      if (imports && isUndescribed && this.#importing.size < concurrentImports) {
        started.push(this.#import(pending, signal));
      }
    }
    return { imported: Promise.all(started).then(() => undefined) };
  }

  async #import(pending: Pending, signal: AbortSignal): Promise<void> {
    this.#importing.add(pending);
    try {
      await this.#lookAt(pending, { imports: true, signal });
    } catch (error) {
      if (!signal.aborted) this.#options.log.error({ err: error, path: pending.folder }, "automation.not_loaded");
    } finally {
      this.#importing.delete(pending);
    }
  }

  async #lookAt(pending: Pending, options: { imports: boolean; signal: AbortSignal }): Promise<void> {
    const { signal } = options;
    signal.throwIfAborted();
    const before = JSON.stringify(pending.unavailable);
    let environment: string | undefined;
    try {
      environment = await this.#environment(pending.folder);
      if (environment !== undefined && environment === pending.failedIn) return;
      await this.#read(pending, options);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // An error in the project, or in its folder, which may have been removed.
      pending.unavailable = [];
      this.#refuse(pending, basename(pending.folder), { state: "failed", reason: errorMessage(error) });
    }
    pending.looked = true;
    const { unavailable } = pending;
    const isStarting = unavailable.some(({ state }) => state === "starting");
    if (!isStarting && unavailable.some(({ state }) => state === "failed") && environment !== undefined) {
      pending.failedIn = environment;
    }
    if (before !== JSON.stringify(unavailable)) this.#options.changed();
  }

  async #read(pending: Pending, { imports, signal }: { imports: boolean; signal: AbortSignal }): Promise<void> {
    const { pythonDir, env } = this.#options;
    const { folder } = pending;
    // A project that needs setup is read every few seconds, and may be large: its files are not hashed.
    const version = () => projectVersion(folder);
    const options = { dataDir: pythonDir, path: env["PATH"] ?? "", env, version, imports, signal };
    const read = await readPythonProject(folder, options);
    pending.unavailable = [];
    if (read.state === "needs_setup") return this.#refuse(pending, basename(folder), read);
    for (const target of read.targets) this.#take(pending, target, read);
    return undefined;
  }

  #take(
    pending: Pending,
    target: PythonTarget,
    { version, environment }: { version: string; environment: { python: string; crewai: string } },
  ): void {
    const { served, changed, log } = this.#options;
    const { name } = target;
    if (target.state === "undescribed") {
      return this.#refuse(pending, name, { state: "starting", reason: "its code is being imported" });
    }
    if (target.state === "failed") return this.#refuse(pending, name, target);
    const known = served.get(name);
    if (known?.path === pending.folder) return undefined;
    if (known !== undefined) {
      const reason = `another file serves the name ${name} already`;
      return this.#refuse(pending, name, { state: "failed", reason });
    }
    if (!automationNameSchema.safeParse(name).success) {
      return this.#refuse(pending, name, { state: "failed", reason: `the name ${name} is not valid as a path` });
    }
    const { project } = target;
    const { kind, inputs, required, schema } = project.takes;
    const entry: ServedEntry = {
      path: pending.folder,
      root: pending.folder,
      python: project,
      announcement: {
        name,
        kind,
        runtime: "python",
        description: project.description,
        inputs,
        required,
        version,
        environment,
        ...(schema === null ? {} : { inputs_schema: schema }),
      },
    };
    served.set(name, entry);
    log.info({ automation: name, ...environment }, "automation.ready");
    changed(entry);
    return undefined;
  }

  /** Stores why an automation is not served, and logs it if that is new. */
  #refuse(
    pending: Pending,
    name: string,
    { state, reason, fix }: Pick<UnavailableAutomation, "state" | "reason" | "fix">,
  ): void {
    const text = this.#removeSecrets(reason);
    const fields = { path: pending.folder, reason: text, ...(fix === undefined ? {} : { fix }) };
    pending.unavailable.push({ name, runtime: "python", state, reason: text, ...(fix === undefined ? {} : { fix }) });
    const { log } = this.#options;
    if (this.#logged.get(name) === text) return;
    this.#logged.set(name, text);
    if (state === "failed") log.error(fields, "automation.not_loaded");
    else if (state === "needs_setup") log.warn(fields, "automation.needs_setup");
  }

  /** Identifies an environment, when it was built, and when the project's .env was changed; undefined if there is none. */
  async #environment(folder: string): Promise<string | undefined> {
    const python = await findInterpreter(this.#options.pythonDir, folder);
    if (python === undefined) return undefined;
    const files = [join(dirname(dirname(python)), "pyvenv.cfg"), join(folder, ".env")];
    const changed = await Promise.all(
      files.map((file) =>
        stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    return [python, ...changed].join(" ");
  }
}
