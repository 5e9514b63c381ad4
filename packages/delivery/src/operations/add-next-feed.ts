import { AppError, ErrorCode, type ExecutionId, type Subscription } from "@crewstream/contracts";
import { addFeed, readExecution, type ExecutionRecord } from "@crewstream/redis";
import type { OperationsContext } from "../context.ts";

/** A feed that is to be added: the range of the stream that it delivers; without `to`, everything from `from` on. */
export interface NextFeed {
  subscription: Subscription;
  from: number;
  to?: number;
}

const maxTries = 10;

/**
 * Adds a feed to an execution under the next number, and wakes it.
 * @param plan makes the feed from the execution's current state and the feed's number; called again if another feed took it
 * @returns the number
 * @throws AppError `execution_gone`, or `conflict` if other feeds keep being added
 */
export async function addNextFeed(
  { store, queues }: OperationsContext,
  id: ExecutionId,
  plan: (execution: ExecutionRecord, feed: number) => Promise<NextFeed>,
): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const execution = await readExecution(store, id);
    if (execution === undefined) {
      throw new AppError("The execution does not exist (any more).", { code: ErrorCode.executionGone });
    }
    const feed = execution.feeds;
    if (await addFeed(store, id, { feed, ...(await plan(execution, feed)) })) {
      await queues.wakeFeed({ executionId: id, feed }, { delayMs: 0 });
      return feed;
    }
  }
  throw new AppError("Other feeds were added at the same time; try again.", {
    code: ErrorCode.conflict,
    retryable: true,
  });
}
