import { setTimeout as delay } from "node:timers/promises";
import type { Health } from "./health.ts";
import type { Signal } from "./signal.ts";
import { logFailure } from "./telemetry/failures.ts";
import type { Logger } from "./telemetry/logger.ts";

/** Recurring background work: its name and one pass of it. */
export interface Loop {
  name: string;
  /** Delay between passes, in milliseconds. */
  everyMs: number;
  /**
   * Without it passes run one after the other. With it a pass runs when notified, after a delay in which more
   * work can accumulate; accumulated work is processed before the loops are disposed.
   */
  trigger?: Signal;
  /** One pass; it should stop soon after the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const failuresBeforeUnready = 3;

/**
 * Runs loops until disposed. A failed pass is logged and the next one runs on schedule; after three failures in a row
 * the loop's health check fails until a pass succeeds.
 */
export function superviseLoops(loops: Loop[], context: { log: Logger; health: Health }): AsyncDisposable {
  const controller = new AbortController();
  const running = loops.map((loop) => superviseLoop(loop, controller.signal, context));
  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      await Promise.all(running);
    },
  };
}

async function superviseLoop(
  loop: Loop,
  signal: AbortSignal,
  { log, health }: { log: Logger; health: Health },
): Promise<void> {
  const check = health.check(`loop:${loop.name}`, true);
  const pause = async (): Promise<void> => {
    await delay(loop.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  };
  let failures = 0;
  while (!signal.aborted) {
    if (loop.trigger !== undefined) {
      if (!(await loop.trigger.wait(signal))) return;
      await pause();
    }
    try {
      await loop.run(signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      loop.trigger?.notify();
      if (!signal.aborted) {
        logFailure(log, "loop.failed", { level: "error", fields: { err: error, loop: loop.name, failures } });
      }
    }
    check.set(failures < failuresBeforeUnready);
    if (loop.trigger === undefined) await pause();
  }
}
