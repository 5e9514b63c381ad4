/**
 * How many events go into one delivery in adaptive real time. One, as long as the endpoint keeps up: if the waiting events
 * can be sent one by one within the rest of their allowed delay. Otherwise as many as are needed for that, and all of them
 * once the delay is used up. By Little's law, a window of W requests that take L ms each sends W / L requests per ms.
 * @param latencyMs how long a request takes; 0 while that is unknown
 * @param ageMs age of the oldest waiting event
 */
export function adaptiveSize(question: {
  waiting: number;
  ageMs: number;
  latencyMs: number;
  window: number;
  maxDelayMs: number;
}): number {
  const { waiting, window, latencyMs } = question;
  const leftMs = question.maxDelayMs - question.ageMs;
  if (leftMs <= 0) return Math.max(1, waiting);
  return Math.max(1, Math.min(waiting, Math.ceil((waiting * latencyMs) / (window * leftMs))));
}
