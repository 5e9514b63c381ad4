import { createHash, randomUUID } from "node:crypto";
import type { Queues } from "@crewstream/queue";
import { replaceSetting, writeBulk, type Store } from "@crewstream/redis";
import type { Logger } from "@crewstream/service";
import type { DeliveryWorkerConfig } from "./config.ts";

/**
 * Retries deliveries that the configuration forbade, once the addresses and ports that webhooks may reach have changed:
 * otherwise they would wait for their schedule, possibly for hours, after an operator has allowed them.
 */
export async function retryForbidden(
  config: Pick<DeliveryWorkerConfig, "WEBHOOK_ALLOW_NETWORKS" | "WEBHOOK_ALLOW_PORTS">,
  { store, queues, log }: { store: Store; queues: Queues; log: Logger },
): Promise<void> {
  const policy = JSON.stringify([config.WEBHOOK_ALLOW_NETWORKS ?? [], config.WEBHOOK_ALLOW_PORTS ?? []]);
  const hash = createHash("sha256").update(policy).digest("hex");
  const before = await replaceSetting(store, "webhook_policy", hash);
  if (before === undefined || before === hash) return;
  const id = randomUUID();
  const filter = { state: "retrying", outcome: "forbidden" } as const;
  await writeBulk(store, id, { filter, state: "running", total: 0, done: 0, skipped: 0, startedAt: Date.now() });
  await queues.enqueueBulkRetry(id);
  log.info({}, "webhook_policy.changed");
}
