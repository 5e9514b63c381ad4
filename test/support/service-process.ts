import { fileURLToPath } from "node:url";
import { launch, type ProcessExit, type RunningProcess } from "@crewstream/cli";
import { patienceMs } from "./eventually.ts";
import { WatchList } from "./watch-list.ts";

export type ServiceName = "api" | "crew-worker" | "delivery-worker";

/** A line that a process logged; one that is not JSON has it in `msg`. */
export type LogRecord = Record<string, unknown> & { msg: string };

const root = fileURLToPath(new URL("../..", import.meta.url));

/** One of our processes, really started, with all that it logs. Disposing it stops it. */
export class ServiceProcess implements AsyncDisposable {
  readonly name: ServiceName;
  readonly #running: RunningProcess;
  readonly #logs: WatchList<LogRecord>;
  #exit: ProcessExit | undefined;

  private constructor(name: ServiceName, running: RunningProcess, logs: WatchList<LogRecord>) {
    this.name = name;
    this.#running = running;
    this.#logs = logs;
    void this.#noticeExit();
  }

  /** Starts `apps/NAME/src/main.ts`; its environment is `env` and a PATH, nothing else. */
  static async launch(name: ServiceName, env: Record<string, string>): Promise<ServiceProcess> {
    const logs = new WatchList<LogRecord>();
    const running = await launch({
      command: process.execPath,
      args: [`apps/${name}/src/main.ts`],
      cwd: root,
      env: { PATH: process.env["PATH"], ...env },
      onLine: (line) => logs.push(parseLine(line)),
    });
    return new ServiceProcess(name, running, logs);
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

  /** Resolves with the `NAME.ready` line; throws with the log when the process ends before. */
  ready(): Promise<LogRecord> {
    return this.logged((record) => record.msg === `${this.name}.ready`);
  }

  /** Resolves with the first line that matches, logged already or later. */
  logged(matches: (record: LogRecord) => boolean, limitMs = patienceMs): Promise<LogRecord> {
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
    const timer = setTimeout(() => this.#running.signal("SIGKILL"), patienceMs);
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
