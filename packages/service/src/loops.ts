import { setTimeout as delay } from "node:timers/promises";
import type { Health } from "./health.ts";
import type { Need } from "./need.ts";
import { logFailure } from "./telemetry/failures.ts";
import type { Logger } from "./telemetry/logger.ts";

/** A piece of background work: a name and one pass of it. */
export interface Loop {
  name: string;
  /** Pause between passes, in milliseconds. */
  everyMs: number;
  /**
   * Without it passes come one after the other. With it a pass comes when there is a need, after a pause in which more
   * of it gathers; what has gathered when the loops are disposed is seen to before.
   */
  need?: Need;
  /** One pass; it should stop soon when the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const failuresBeforeUnready = 3;

/**
 * Runs loops until disposed. A pass that fails is logged and the next one comes at its time; three failures in a row
 * turn the loop's health check red until a pass succeeds.
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
    if (loop.need !== undefined) {
      if (!(await loop.need.arisen(signal))) return;
      await pause();
    }
    try {
      await loop.run(signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      loop.need?.arise();
      if (!signal.aborted) {
        logFailure(log, "loop.failed", { level: "error", fields: { err: error, loop: loop.name, failures } });
      }
    }
    check.set(failures < failuresBeforeUnready);
    if (loop.need === undefined) await pause();
  }
}
