import { redisVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the API reads of the environment. */
export const apiConfigSchema = variables.pick({
  HOST: true,
  PORT: true,
  PUBLIC_URL: true,
  API_TOKENS: true,
  ...redisVariables,
  KEY_PREFIX: true,
  QUEUE_PARTITIONS: true,
  DEFAULT_AUTOMATION: true,
  ENCRYPTION_KEY: true,
  WEBHOOK_SIGNING_SECRET: true,
  WEBHOOK_ALLOW_NETWORKS: true,
  WEBHOOK_ALLOW_PORTS: true,
  STATUS_SHAPE: true,
  CORS_ORIGINS: true,
  RATE_LIMIT_PER_MINUTE: true,
  EVENT_STREAMS_PER_TOKEN: true,
  EVENT_STREAMS: true,
  RETENTION_DAYS: true,
  SHUTDOWN_TIMEOUT_MS: true,
  LOG_LEVEL: true,
  INSPECTOR: true,
});

export type ApiConfig = z.output<typeof apiConfigSchema>;
