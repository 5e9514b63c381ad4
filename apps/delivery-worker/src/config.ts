import { redisVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the delivery worker reads of the environment. */
export const deliveryWorkerSchema = variables.pick({
  ...redisVariables,
  KEY_PREFIX: true,
  QUEUE_PARTITIONS: true,
  ENCRYPTION_KEY: true,
  WEBHOOK_SIGNING_SECRET: true,
  WEBHOOK_BATCH_MAX_EVENTS: true,
  WEBHOOK_BATCH_MAX_BYTES: true,
  WEBHOOK_BATCH_MAX_WAIT_MS: true,
  WEBHOOK_REALTIME_WINDOW: true,
  WEBHOOK_MAX_PARKED: true,
  WEBHOOK_RETRY_SCHEDULE: true,
  WEBHOOK_TIMEOUT_MS: true,
  WEBHOOK_ALLOW_NETWORKS: true,
  WEBHOOK_ALLOW_PORTS: true,
  WEBHOOK_ENDPOINT_CONCURRENCY: true,
  OPERATIONS_WEBHOOK_URL: true,
  DELIVERY_CONCURRENCY: true,
  LEASE_MS: true,
  RECONCILE_MS: true,
  RETENTION_DAYS: true,
  SHUTDOWN_TIMEOUT_MS: true,
  HEALTH_HOST: true,
  HEALTH_PORT: true,
  LOG_LEVEL: true,
});
export type DeliveryWorkerConfig = z.output<typeof deliveryWorkerSchema>;
