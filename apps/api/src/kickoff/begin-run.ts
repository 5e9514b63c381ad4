import { parseTraceContext, type ExecutionId, type Subscription } from "@crewstream/contracts";
import { sealSubscriptionSecrets } from "@crewstream/delivery";
import type { ServedAutomation } from "@crewstream/redis";
import type { Request } from "express";
import type { ApiContext } from "../api-context.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { claimKickoff } from "./idempotency.ts";
import { checkAddresses, type RequestedWebhook } from "./requested-webhooks.ts";
import { startRun } from "./start-run.ts";

export interface WantedRun {
  automation: ServedAutomation;
  inputs: Record<string, unknown>;
  meta: unknown;
  /** Conversation that it belongs to. */
  thread?: string | undefined;
  restoreFrom?: string | undefined;
  webhooks: readonly RequestedWebhook[];
  /** Idempotency key, and what must be equal for it to identify the same run. */
  key: string | undefined;
  body: unknown;
}

/**
 * Checks a run's webhook URLs, then stores and queues it, in the name of the request's token.
 * @throws AppError `forbidden_address` before anything is stored, and the errors of {@link startRun}
 */
export async function beginRun(
  context: ApiContext,
  request: Request,
  { automation, inputs, meta, thread, restoreFrom, webhooks, key, body }: WantedRun,
): Promise<{ executionId: ExecutionId; repeated: boolean }> {
  await checkAddresses(webhooks, context.addressPolicy);
  const { name: token, own } = identityOf(request);
  const claim = await claimKickoff(context.store, { key, client: token, automation: automation.name, body });
  const { executionId } = claim;
  const subscriptions = webhooks.map(({ subscription, secrets }, feed): Subscription => {
    const sealedSecrets = sealSubscriptionSecrets(context.cipher, { executionId, feed }, secrets);
    return sealedSecrets === undefined ? subscription : { ...subscription, sealedSecrets };
  });
  await startRun(context, claim, {
    id: executionId,
    automation: automation.name,
    kind: automation.kind,
    inputs,
    meta,
    thread,
    token,
    own,
    createdAt: Date.now(),
    ...(restoreFrom === undefined || automation.kind !== "flow" ? {} : { restoreFrom }),
    subscriptions,
    // If there is no span of ours, the caller's context is passed on to the webhooks unchanged.
    trace: context.tracing?.current() ?? parseTraceContext(request.headers),
  });
  return { executionId, repeated: claim.repeated };
}

/** Where clients reach this API, for callback URLs. */
export function baseUrlOf({ config }: Pick<ApiContext, "config">, request: Request): string {
  return config.PUBLIC_URL ?? `${request.protocol}://${request.get("host") ?? "localhost"}`;
}
