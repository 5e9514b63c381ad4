import {
  AppError,
  ErrorCode,
  type ExecutionId,
  type Subscription,
  type SubscriptionSecrets,
} from "@crewstream/contracts";
import { readFeed } from "@crewstream/redis";
import type { Cipher } from "@crewstream/service";
import { openSubscriptionSecrets, sealSubscriptionSecrets } from "../request/secrets.ts";
import { addNextFeed } from "./add-next-feed.ts";
import type { OperationsContext } from "../context.ts";

export interface ReplayRequest {
  /** The feed whose settings are used; its URL and secrets, too, unless `url` is given. */
  feed: number;
  url?: string | undefined;
  secrets?: SubscriptionSecrets | undefined;
  /** Event names instead of the feed's. */
  events?: string[] | undefined;
  /** First and last sequence number; by default the whole stream as it is now. */
  from?: number | undefined;
  to?: number | undefined;
}

/**
 * Delivers an execution, or a range of it, once more: as a new feed, so with new ids, and with the execution's id in
 * `webhook-replay-of`. A new URL never gets the secrets of the old one.
 * @returns the number of the new feed
 * @throws AppError `execution_gone`, or `invalid_input` for a feed or range that does not exist
 */
export async function replayExecution(
  context: OperationsContext & { cipher: Cipher },
  id: ExecutionId,
  request: ReplayRequest,
): Promise<number> {
  return addNextFeed(context, id, async ({ seq }, feed) => {
    const range = { from: request.from ?? 1, to: Math.min(request.to ?? seq, seq) };
    if (range.from < 1 || range.from > range.to) {
      throw new AppError(`There is no event from ${range.from} to ${range.to}: the execution has 1 to ${seq}.`, {
        code: ErrorCode.invalidInput,
      });
    }
    return { subscription: await replaySubscription(context, id, request, feed), ...range };
  });
}

async function replaySubscription(
  context: OperationsContext & { cipher: Cipher },
  executionId: ExecutionId,
  request: ReplayRequest,
  feed: number,
): Promise<Subscription> {
  const { cipher, store } = context;
  const original = await readFeed(store, { executionId, feed: request.feed });
  if (original === undefined && request.url === undefined) {
    throw new AppError(`The execution has no feed ${request.feed}: give a url to replay to.`, {
      code: ErrorCode.invalidInput,
    });
  }
  const { sealedSecrets, ...settings } = original?.subscription ?? fallback;
  const secrets =
    request.url === undefined
      ? openSubscriptionSecrets(cipher, { executionId, feed: request.feed }, sealedSecrets)
      : (request.secrets ?? {});
  const sealed = sealSubscriptionSecrets(cipher, { executionId, feed }, request.secrets ?? secrets);
  return {
    ...settings,
    url: request.url ?? settings.url,
    events: request.events ?? settings.events,
    replayOf: executionId,
    ...(sealed === undefined ? {} : { sealedSecrets: sealed }),
  };
}

/** For an execution that was kicked off without webhooks. */
const fallback: Subscription = { url: "", events: ["*"], mode: "batched", form: "events", ordering: "relaxed" };
