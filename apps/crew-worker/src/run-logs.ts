import { parseExecutionId, type ExecutionId } from "@crewstream/contracts";
import { secretRemover } from "@crewstream/crew";
import { appendLogs, maxLogLines, type LogLine, type Store } from "@crewstream/redis";
import type { Logger } from "@crewstream/service";

/** Maximum length of a line in Redis; the process's own log has more of it. */
const maxLineChars = 1000;
/** Interval of writes: a run that prints in a loop costs one write of bounded size each time. */
const flushEveryMs = 500;

/** Receives what automations print, to be stored with their executions. */
export interface PrintedLines {
  add(executionId: string | undefined, line: Pick<LogLine, "output" | "line">): void;
}

/**
 * Stores what automations print with their executions, without secrets, for the dashboard: the newest lines of each.
 * While Redis is down they are buffered up to the same number; what it rejects is dropped, as it is also in the
 * process's log.
 */
export class RunLogs implements PrintedLines, AsyncDisposable {
  readonly #removeSecrets: (text: string) => string;
  readonly #log: Logger;
  readonly #waiting = new Map<ExecutionId, LogLine[]>();
  #store: Store | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(env: Readonly<Record<string, string>>, log: Logger) {
    this.#removeSecrets = secretRemover(env);
    this.#log = log;
  }

  /** Where lines go from now on; earlier ones are dropped, as no run is in progress then. */
  keepIn(store: Store): void {
    this.#store = store;
  }

  add(executionId: string | undefined, { output, line }: Pick<LogLine, "output" | "line">): void {
    const id = parseExecutionId(executionId ?? "");
    if (id === undefined || this.#store === undefined) return;
    const lines = this.#waiting.get(id) ?? [];
    this.#waiting.set(id, lines);
    const shown = line.length > maxLineChars ? `${line.slice(0, maxLineChars)}…` : line;
    lines.push({ at: Date.now(), output, line: shown });
    if (lines.length > 2 * maxLogLines) lines.splice(0, lines.length - maxLogLines);
    this.#timer ??= setTimeout(() => void this.flush(), flushEveryMs).unref();
  }

  /** Writes what is buffered. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#flushing;
    this.#flushing = this.#write();
    await this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const store = this.#store;
    if (store === undefined) return;
    await Promise.all(
      waiting.map(async ([id, lines]) => {
        const kept = lines
          .slice(-maxLogLines)
          .map(({ at, output, line }) => ({ at, output, line: this.#removeSecrets(line) }));
        try {
          await appendLogs(store, id, kept);
        } catch (error) {
          this.#log.debug({ err: error, executionId: id, lines: kept.length }, "run_logs.not_kept");
        }
      }),
    );
  }
}
