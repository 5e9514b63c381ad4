import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { exitConfiguration, type Environment, type ProcessName } from "@crewstream/service";
import type { LogView } from "../logs/log-view.ts";
import { parseLogLine } from "../logs/log-line.ts";
import { launch } from "../processes/running-process.ts";
import { SupervisedProcess } from "../processes/supervised-process.ts";
import { processEnvironment } from "./process-environment.ts";
import { ProcessList } from "./process-list.ts";

export const roles = ["crew-worker", "delivery-worker", "api"] as const satisfies readonly ProcessName[];
export type Role = (typeof roles)[number];

export interface SystemOptions {
  dataDir: string;
  /** The configuration of the processes, including secrets; each gets what its schema names. */
  env: (role: Role) => Environment;
  /** How long a process may take to end after SIGTERM before it is killed. */
  graceMs: number;
  view: LogView;
  /** Called when a process ends in a way that a restart will not fix. */
  onFatal: (role: Role) => void;
  /** The file that a role's process runs, and its arguments; replaced in tests. */
  entry?: (role: Role) => readonly string[];
}

/**
 * The three processes of one machine, each restarted when it dies. `CREWSTREAM_SUPERVISED=1` makes them stop when
 * their channel to this process closes, so they do not outlive it, even if it is killed.
 */
export class System implements AsyncDisposable {
  readonly #options: SystemOptions;
  readonly #supervised: ReadonlyMap<Role, SupervisedProcess>;
  readonly #running: ProcessList;
  /** From the API's first ready line; a restarted API uses the same port, which its clients know. */
  #port: string | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
    this.#running = new ProcessList(join(options.dataDir, "processes.json"));
    this.#supervised = new Map(roles.map((role) => [role, this.#supervise(role)]));
  }

  /** Starts all and resolves with the API's port when each is ready. */
  async start(): Promise<number> {
    await Promise.all([...this.#supervised.values()].map((each) => each.start()));
    return Number(this.#port);
  }

  /** Workers first, so that what they drain still finds the API (its inspector is a webhook receiver), then the API. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { graceMs } = this.#options;
    await Promise.all([this.#of("crew-worker").stop(graceMs), this.#of("delivery-worker").stop(graceMs)]);
    await this.#of("api").stop(graceMs);
    await this.#running.clear();
  }

  kill(): void {
    for (const each of this.#supervised.values()) each.kill();
  }

  #of(role: Role): SupervisedProcess {
    const found = this.#supervised.get(role);
    if (found === undefined) throw new Error(`No process ${role}.`);
    return found;
  }

  #supervise(role: Role): SupervisedProcess {
    const { dataDir, env, view, onFatal, entry = entryFile } = this.#options;
    return new SupervisedProcess({
      name: role,
      say: view.say,
      fatalCodes: [exitConfiguration],
      onFatal: () => onFatal(role),
      launch: async (onReady) => {
        const given = processEnvironment(role, env(role));
        const running = await launch({
          command: process.execPath,
          args: [...nodeFlags[role], ...entry(role)],
          env: {
            ...compileCache(dataDir),
            ...given.env,
            CREWSTREAM_SUPERVISED: "1",
            ...(role !== "api" || this.#port === undefined ? {} : { PORT: this.#port }),
          },
          secrets: given.secrets,
          ipc: true,
          onLine: (line) => {
            view.line(role, line);
            const { message, fields } = parseLogLine(line);
            if (message !== `${role}.ready`) return;
            if (role === "api") this.#port = String(fields["port"]);
            onReady();
          },
        });
        await this.#running.add(running);
        return running;
      },
    });
  }
}

/**
 * Most of what a delivery worker reads is short-lived, for which V8 would let its young generation grow to 128 MB.
 * Measured with 100,000 events behind endpoints that hang: a peak of 330 MB without the flag, 170 MB with it.
 */
const nodeFlags: Record<Role, readonly string[]> = {
  api: [],
  "crew-worker": [],
  "delivery-worker": ["--max-semi-space-size=4"],
};

/** The compile cache saves a third of the CPU of a start, and of the thread of each run. */
function compileCache(dataDir: string): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(dataDir, "compile-cache") };
}

/** `apps/ROLE/src/main.ts` of the checkout that this file is part of. */
function entryFile(role: Role): string[] {
  return [fileURLToPath(new URL(`../../../../apps/${role}/src/main.ts`, import.meta.url))];
}
