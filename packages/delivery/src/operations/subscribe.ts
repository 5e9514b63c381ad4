import {
  AppError,
  ErrorCode,
  type ExecutionId,
  type Subscription,
  type SubscriptionSecrets,
} from "@crewstream/contracts";
import type { Cipher } from "@crewstream/service";
import { sealSubscriptionSecrets } from "../request/secrets.ts";
import { addNextFeed } from "./add-next-feed.ts";
import type { OperationsContext } from "../context.ts";

/** Each event is compared with each subscription of its run, and wakes a feed for each. */
const maxFeeds = 50;

/**
 * Adds a subscription to an execution, which may be running: it gets the events from `from` on, by default those that are
 * published from now on, until the run ends.
 * @returns the number of its feed
 * @throws AppError `execution_gone`; `conflict` if the execution has the maximum number of feeds
 */
export function subscribe(
  context: OperationsContext & { cipher: Cipher },
  executionId: ExecutionId,
  request: { subscription: Subscription; secrets: SubscriptionSecrets; from?: number | undefined },
): Promise<number> {
  return addNextFeed(context, executionId, async ({ feeds, seq }, feed) => {
    if (feeds >= maxFeeds) {
      throw new AppError(`The execution has ${feeds} subscriptions and replays, which is the maximum.`, {
        code: ErrorCode.conflict,
        details: { max_subscriptions: maxFeeds },
      });
    }
    const sealedSecrets = sealSubscriptionSecrets(context.cipher, { executionId, feed }, request.secrets);
    const subscription = { ...request.subscription, ...(sealedSecrets === undefined ? {} : { sealedSecrets }) };
    return { subscription, from: request.from ?? seq + 1 };
  });
}
