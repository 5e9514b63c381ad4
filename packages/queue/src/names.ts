/**
 * Queue families. Runs have one queue; feeds and retries are partitioned by execution, as a queue is in a single
 * cluster slot.
 */
export const runsQueue = "runs";

/** Started by operators: bulk retries. */
export const operationsQueue = "operations";

export function feedsQueue(partition: number): string {
  return `feeds-${partition}`;
}

export function retriesQueue(partition: number): string {
  return `retries-${partition}`;
}

/** All queues of a deployment. */
export function queueNames(partitions: number): string[] {
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  return [runsQueue, operationsQueue, ...numbers.map(feedsQueue), ...numbers.map(retriesQueue)];
}
