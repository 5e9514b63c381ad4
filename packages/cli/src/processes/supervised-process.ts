import { restartDelay, restartDelaysMs, settledAfterMs } from "./backoff.ts";
import { describeExit, type ProcessExit, type RunningProcess } from "./running-process.ts";

const State = {
  idle: "idle",
  running: "running",
  waiting: "waiting",
  stopping: "stopping",
  stopped: "stopped",
} as const;
type State = (typeof State)[keyof typeof State];

export interface SupervisedOptions {
  name: string;
  /** Starts the process; must call `onReady` when it is ready to work. */
  launch: (onReady: () => void) => Promise<RunningProcess>;
  /** Receives a message about what happened: died, is restarted, had to be killed. */
  say: (sentence: string) => void;
  /** Exit codes that a restart will not fix: the process stays down and `onFatal` is called. */
  fatalCodes?: readonly number[];
  onFatal?: (exit: ProcessExit) => void;
  restartDelaysMs?: readonly number[];
}

/**
 * Keeps one process running: restarts it with growing delays when it ends by itself, until it is stopped.
 *
 * idle → running → (ends) waiting → running …; from any of them → stopping → stopped. A fatal exit goes to stopped.
 */
export class SupervisedProcess {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #firstReady = Promise.withResolvers<void>();
  #state: State = State.idle;
  #process: RunningProcess | undefined;
  #deaths = 0;
  #wake: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    this.#firstReady.promise.catch(() => undefined);
  }

  /** The pid of the current process. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process and resolves when it is first ready; rejects if it is stopped or exits fatally before that. */
  async start(): Promise<void> {
    if (this.#state === State.idle) this.#loop = this.#keepRunning();
    await this.#firstReady.promise;
  }

  /** Sends SIGTERM, then SIGKILL after `graceMs`. Later calls share the first call's promise. */
  stop(graceMs: number): Promise<void> {
    return (this.#stopped ??= this.#stop(graceMs));
  }

  /** Kills it at once, even while `stop` is waiting. */
  kill(): void {
    this.#process?.signal("SIGKILL");
    void this.stop(0);
  }

  async #keepRunning(): Promise<void> {
    this.#state = State.running;
    while (this.#state === State.running) {
      const startedAt = Date.now();
      const exit = await this.#runOnce();
      if (this.#state !== State.running) return;
      if (exit.code !== null && this.#options.fatalCodes?.includes(exit.code) === true) return this.#giveUp(exit);
      this.#deaths = Date.now() - startedAt >= settledAfterMs ? 1 : this.#deaths + 1;
      await this.#pause(exit);
    }
  }

  async #runOnce(): Promise<ProcessExit> {
    try {
      this.#process = await this.#options.launch(() => this.#firstReady.resolve());
      if (this.#state !== State.running) this.#process.signal("SIGTERM");
      return await this.#process.exited;
    } catch (error) {
      this.#options.say(`${this.name} cannot be started: ${String(error)}`);
      return { code: null, signal: null };
    } finally {
      this.#process = undefined;
    }
  }

  async #pause(exit: ProcessExit): Promise<void> {
    const delay = restartDelay(this.#deaths, this.#options.restartDelaysMs ?? restartDelaysMs);
    this.#options.say(`${this.name} ${describeExit(exit)}; restarting it in ${delay} ms`);
    this.#state = State.waiting;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delay);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    if (this.#state === State.waiting) this.#state = State.running;
  }

  #giveUp(exit: ProcessExit): void {
    this.#state = State.stopped;
    this.#firstReady.reject(new Error(`${this.name} ${describeExit(exit)}`));
    this.#options.onFatal?.(exit);
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#state !== State.stopped) this.#state = State.stopping;
    this.#wake?.();
    this.#process?.signal("SIGTERM");
    const timer = setTimeout(() => {
      if (this.#process === undefined) return;
      if (graceMs > 0) this.#options.say(`${this.name} did not stop within ${graceMs} ms and was killed`);
      this.#process.signal("SIGKILL");
    }, graceMs);
    await this.#loop;
    clearTimeout(timer);
    this.#state = State.stopped;
    this.#firstReady.reject(new Error(`${this.name} was stopped before it was ready`));
  }
}
