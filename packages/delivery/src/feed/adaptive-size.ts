/**
 * How many events a delivery in real time takes together. One, as long as the endpoint keeps up: while those that wait
 * would leave one by one within what is left of their delay. Else as many as it takes, and all of them when it is used up.
 * By Little's law a window of W requests that take L ms each lets W / L requests leave per ms.
 * @param latencyMs how long a request takes; 0 while that is not known
 * @param ageMs of the event that has waited longest
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
