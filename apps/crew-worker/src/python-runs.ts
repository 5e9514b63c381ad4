import type { PausedOutcome, RunOutcome } from "@crewstream/contracts";
import {
  Launcher,
  ModelGateway,
  pythonAutomation,
  type PythonHost,
  type PythonProject,
} from "@crewstream/python-runtime";
import type { Logger } from "@crewstream/service";
import type { CrewWorkerConfig } from "./config.ts";
import type { ServedEntry } from "./registry.ts";
import type { PrintedLines } from "./run-logs.ts";
import { runOrder } from "./run-order.ts";
import { logPrinted } from "./threads/printed-lines.ts";
import type { RunOrder } from "./threads/protocol.ts";
import type { Host } from "./threads/run-in-thread.ts";

/**
 * Runs of Python automations. They need no thread: their work happens in a separate process, and processing its events
 * takes about a tenth of the time that Python needs to produce them.
 */
export class PythonRuns implements AsyncDisposable {
  readonly #host: PythonHost;

  private constructor(host: PythonHost) {
    this.#host = host;
  }

  static async start(
    config: CrewWorkerConfig,
    env: Readonly<Record<string, string>>,
    { log, printed }: { log: Logger; printed: PrintedLines },
  ): Promise<PythonRuns> {
    const gateway = await ModelGateway.start();
    const launcher = new Launcher({
      dataDir: config.PYTHON_DIR,
      path: env["PATH"] ?? "",
      fork: config.CREW_PYTHON_FORK,
      warn: (text) => log.warn({ text }, "automation.python"),
    });
    return new PythonRuns({
      dataDir: config.PYTHON_DIR,
      path: env["PATH"] ?? "",
      maxEventBytes: config.EVENT_MAX_BYTES,
      memoryMb: config.RUN_MEMORY_MB,
      log: (executionId) => (level, text) => log[level]({ executionId, text }, "automation.python"),
      printed: (child, executionId) =>
        logPrinted(child, log, { executionId: () => executionId, level: "debug", kept: printed }),
      gateway,
      launcher,
    });
  }

  /** Prepares for runs of these automations. */
  warm(entries: Iterable<ServedEntry>): void {
    const pythons = new Set([...entries].flatMap(({ python }) => (python === undefined ? [] : [python.python])));
    for (const python of pythons) this.#host.launcher.warm(python);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#host.launcher[Symbol.dispose]();
    return this.#host.gateway[Symbol.asyncDispose]();
  }

  /** The equivalent of `runInThread`, which is for automations written in TypeScript. */
  async run(
    project: PythonProject,
    order: RunOrder,
    { host, signal }: { host: Host; signal: AbortSignal },
  ): Promise<RunOutcome | PausedOutcome> {
    const controller = new AbortController();
    const stop = () => controller.abort(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    try {
      const automation = pythonAutomation(project, this.#host);
      return await runOrder(order, { automation, calls: { make: (call) => host.serve(call) }, controller });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}
