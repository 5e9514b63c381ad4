import { fileURLToPath } from "node:url";
import { launch, type ProcessExit, type RunningProcess } from "@crewstream/cli";
import { endWithTests } from "./end-with-tests.ts";
import { maxWaitMs } from "./eventually.ts";
import { WatchList } from "./watch-list.ts";

/** A line that a process logged; one that is not JSON has its text in `msg`. */
export type LogRecord = Record<string, unknown> & { msg: string };

const root = fileURLToPath(new URL("../..", import.meta.url));
const compileCache = `${root}node_modules/.cache/crewstream-tests`;

interface ScriptOptions {
  name?: string;
  command?: string;
  /** As passed by `launch`. */
  secrets?: string;
}

/** A Node process started from the repository's root, with everything it logs. Disposing it stops it. */
export class ScriptProcess implements AsyncDisposable {
  readonly name: string;
  readonly #running: RunningProcess;
  readonly #logs: WatchList<LogRecord>;
  #exit: ProcessExit | undefined;

  constructor(name: string, running: RunningProcess, logs: WatchList<LogRecord>) {
    this.name = name;
    this.#running = running;
    this.#logs = logs;
    void this.#noticeExit();
  }

  /**
   * Starts a command from the repository's root, by default Node; its environment is `env`, a PATH and a folder for
   * compiled code, with which hundreds of starts cost half their CPU.
   */
  static async launch(
    args: readonly string[],
    env: Record<string, string>,
    { name = args[0] ?? "", command = process.execPath, secrets }: ScriptOptions = {},
  ): Promise<ScriptProcess> {
    const logs = new WatchList<LogRecord>();
    const running = await launch({
      command,
      args,
      cwd: root,
      env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...env },
      ...(secrets === undefined ? {} : { secrets }),
      onLine: (line) => logs.push(parseLine(line)),
    });
    void endWithTests(running);
    return new ScriptProcess(name, running, logs);
  }

  get pid(): number {
    return this.#running.pid;
  }

  get exited(): Promise<ProcessExit> {
    return this.#running.exited;
  }

  /** Every line so far. */
  get logs(): readonly LogRecord[] {
    return this.#logs.items;
  }

  /** Resolves with the first line that matches, logged already or later. */
  logged(matches: (record: LogRecord) => boolean, limitMs = maxWaitMs): Promise<LogRecord> {
    return this.#logs.until(
      (records) => {
        const found = records.find(matches);
        if (found === undefined && this.#exit !== undefined) {
          throw new Error(`${this.name} ended ${JSON.stringify(this.#exit)}\n${tail(records)}`);
        }
        return found;
      },
      (records) => `${this.name} logged\n${tail(records)}`,
      limitMs,
    );
  }

  /** Sends a signal and resolves with how the process ended. `SIGSTOP` and `SIGCONT` do not end it: use `signal`. */
  async kill(signal: NodeJS.Signals): Promise<ProcessExit> {
    this.#running.signal(signal);
    return this.#running.exited;
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#running.signal(signal);
  }

  async #noticeExit(): Promise<void> {
    this.#exit = await this.#running.exited;
    this.#logs.touch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running.signal("SIGCONT");
    this.#running.signal("SIGTERM");
    const timer = setTimeout(() => this.#running.signal("SIGKILL"), maxWaitMs);
    await this.#running.exited;
    clearTimeout(timer);
  }
}

function parseLine(line: string): LogRecord {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return { msg: line };
  }
}

function tail(records: readonly LogRecord[]): string {
  return records
    .slice(-30)
    .map((record) => `  ${JSON.stringify(record).slice(0, 500)}`)
    .join("\n");
}
