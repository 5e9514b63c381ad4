import { setTimeout as delay } from "node:timers/promises";
import type { Health } from "./health.ts";
import type { Logger } from "./telemetry/logger.ts";

/** A piece of background work: a name and one pass of it. */
export interface Loop {
  name: string;
  /** Pause between passes, in milliseconds. */
  everyMs: number;
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
  let failures = 0;
  while (!signal.aborted) {
    try {
      await loop.run(signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!signal.aborted) log.error({ err: error, loop: loop.name, failures }, "loop.failed");
    }
    check.set(failures < failuresBeforeUnready);
    await delay(loop.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
