import { redisVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the crew worker reads of the environment. */
export const crewWorkerSchema = variables.pick({
  ...redisVariables,
  KEY_PREFIX: true,
  QUEUE_PARTITIONS: true,
  AUTOMATIONS_DIR: true,
  MODEL: true,
  CREW_CONCURRENCY: true,
  RUN_MEMORY_MB: true,
  RUN_MAX_SECONDS: true,
  RUN_MAX_EVENTS: true,
  RUN_MAX_TOKENS: true,
  RUN_ON_DIVERGENCE: true,
  RUNS_DIR: true,
  PYTHON_DIR: true,
  AUTOMATION_ALLOW_NETWORKS: true,
  LEASE_MS: true,
  RECONCILE_MS: true,
  EVENT_MAX_BYTES: true,
  WEBHOOK_BATCH_MAX_WAIT_MS: true,
  WEBHOOK_BATCH_MAX_EVENTS: true,
  WEBHOOK_BATCH_MAX_BYTES: true,
  RETENTION_DAYS: true,
  SHUTDOWN_TIMEOUT_MS: true,
  HEALTH_HOST: true,
  HEALTH_PORT: true,
  LOG_LEVEL: true,
});
export type CrewWorkerConfig = z.output<typeof crewWorkerSchema>;
