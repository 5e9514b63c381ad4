import { Worker } from "node:worker_threads";
import type { Logger } from "@crewstream/service";
import { automationEnvironment } from "../automation-environment.ts";
import type { PrintedLines } from "../run-logs.ts";
import { logPrinted } from "./printed-lines.ts";

/** A thread without work is ended after this long; one is kept, so that the next run starts immediately. */
const idleMs = 60_000;

/**
 * Threads for runs, each with one run at a time.
 *
 * Threads instead of child processes: one starts in about a third of the time, messages need no JSON, and `terminate`
 * ends even code that never yields. An automation that blocks, leaks, or calls `process.exit` takes down only its own
 * thread.
 */
export class ThreadPool implements AsyncDisposable {
  readonly #heapMb: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #timers = new Map<Worker, NodeJS.Timeout>();
  readonly #log: Logger;
  readonly #printed: PrintedLines;
  /** What each thread works on, or did last: its output may arrive after its run has ended. */
  readonly #work = new Map<Worker, string>();

  /** @param heapMb a run that exceeds this heap ends only its own thread */
  constructor(heapMb: number, log: Logger, printed: PrintedLines) {
    this.#heapMb = heapMb;
    this.#log = log;
    this.#printed = printed;
  }

  /** An idle thread, or a new one, for an execution. The caller releases it, or discards it. */
  take(executionId?: string): Worker {
    const idle = this.#idle.pop();
    const thread = idle ?? this.#start();
    clearTimeout(this.#timers.get(thread));
    if (executionId === undefined) this.#work.delete(thread);
    else this.#work.set(thread, executionId);
    return thread;
  }

  giveBack(thread: Worker): void {
    if (!this.#all.has(thread)) return;
    this.#idle.push(thread);
    const retire = () => {
      if (this.#all.size > 1) void this.discard(thread);
    };
    this.#timers.set(thread, setTimeout(retire, idleMs).unref());
  }

  /** Ends a thread, whatever it is doing. */
  async discard(thread: Worker): Promise<void> {
    this.#forget(thread);
    await thread.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((thread) => this.discard(thread)));
  }

  #start(): Worker {
    const thread = new Worker(new URL("./run-thread.ts", import.meta.url), {
      // An automation's output is for the operator, in our own log lines.
      stdout: true,
      stderr: true,
      // A tool reads its service's key from its environment; the deployment's own variables are not in it.
      env: automationEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb },
    });
    logPrinted(thread, this.#log, { executionId: () => this.#work.get(thread), kept: this.#printed });
    this.#all.add(thread);
    thread.once("exit", () => this.#forget(thread));
    // An error while it is idle ends it; a run listens for its own.
    thread.on("error", () => this.#forget(thread));
    return thread;
  }

  #forget(thread: Worker): void {
    clearTimeout(this.#timers.get(thread));
    this.#timers.delete(thread);
    this.#all.delete(thread);
    this.#work.delete(thread);
    const index = this.#idle.indexOf(thread);
    if (index >= 0) this.#idle.splice(index, 1);
  }
}
