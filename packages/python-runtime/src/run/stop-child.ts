import { AppError, ErrorCode } from "@crewstream/contracts";
import type { PythonChild } from "../child/python-child.ts";

/** Time for a run that was asked to stop to do so; then its process is ended. */
const graceMs = 1000;

/**
 * Ends a child when its run is stopped: at its next event, and by force after a second. One that must not write any
 * more, because another worker has the run or will get it, is ended immediately.
 */
export function stopChild(child: PythonChild, signal: AbortSignal): Disposable {
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    const { reason } = signal;
    if (!AppError.is(reason, ErrorCode.cancelled) && !AppError.is(reason, ErrorCode.limitExceeded)) {
      child.kill();
      return;
    }
    child.send({ t: "abort" });
    grace = setTimeout(() => child.kill(), graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", stop);
      clearTimeout(grace);
    },
  };
}
