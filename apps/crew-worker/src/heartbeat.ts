import { AppError, ErrorCode, type ExecutionId } from "@crewstream/contracts";
import { renewLease, type Store } from "@crewstream/redis";
import { logFailure, type Logger } from "@crewstream/service";

/**
 * Renews a run's lease every third of its length, and aborts the run through `controller` if it was lost to another
 * worker or a person cancelled it. Disposing stops the renewals.
 */
export function keepLease(
  store: Store,
  id: ExecutionId,
  options: { epoch: number; leaseMs: number; controller: AbortController; log: Logger },
): Disposable {
  const { controller, log } = options;
  let busy = false;
  const beat = async () => {
    if (busy || controller.signal.aborted) return;
    busy = true;
    try {
      if (await renewLease(store, id, options)) {
        controller.abort(new AppError("The run was cancelled.", { code: ErrorCode.cancelled }));
      }
    } catch (error) {
      if (AppError.is(error, ErrorCode.leaseLost) || AppError.is(error, ErrorCode.executionGone))
        controller.abort(error);
      else logFailure(log, "lease.renewal_failed", { level: "warn", fields: { err: error, executionId: id } });
    } finally {
      busy = false;
    }
  };
  // A cancel is noticed within a second even if the lease is long.
  const timer = setInterval(() => void beat(), Math.min(options.leaseMs / 3, 1000));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
