import { redisVariables } from "./redis-variables.ts";
import type { Variables } from "./variables.ts";

export type ProcessName = "api" | "crew-worker" | "delivery-worker";

const everyProcess = {
  ...redisVariables,
  KEY_PREFIX: true,
  QUEUE_PARTITIONS: true,
  RETENTION_DAYS: true,
  SHUTDOWN_TIMEOUT_MS: true,
  LOG_LEVEL: true,
} as const;

const everyWorker = {
  ...everyProcess,
  LEASE_MS: true,
  RECONCILE_MS: true,
  WEBHOOK_BATCH_MAX_WAIT_MS: true,
  WEBHOOK_BATCH_MAX_EVENTS: true,
  WEBHOOK_BATCH_MAX_BYTES: true,
  HEALTH_HOST: true,
  HEALTH_PORT: true,
} as const;

/**
 * The variables that each process reads, and the only crewstream variables that it is given. The crew worker, which runs
 * the automations' code, has none of `API_TOKENS`, `ENCRYPTION_KEY` and `WEBHOOK_SIGNING_SECRET`.
 */
export const processVariables = {
  api: {
    ...everyProcess,
    HOST: true,
    PORT: true,
    PUBLIC_URL: true,
    API_TOKENS: true,
    DEFAULT_AUTOMATION: true,
    ENCRYPTION_KEY: true,
    WEBHOOK_SIGNING_SECRET: true,
    WEBHOOK_ALLOW_NETWORKS: true,
    WEBHOOK_ALLOW_PORTS: true,
    STATUS_SHAPE: true,
    CORS_ORIGINS: true,
    RATE_LIMIT_PER_MINUTE: true,
    MAX_OPEN_RUNS_PER_TOKEN: true,
    EVENT_STREAMS_PER_TOKEN: true,
    EVENT_STREAMS: true,
    INSPECTOR: true,
  },
  "crew-worker": {
    ...everyWorker,
    AUTOMATIONS_DIR: true,
    MODEL: true,
    MODEL_OVERRIDE: true,
    CREW_CONCURRENCY: true,
    RUN_MEMORY_MB: true,
    RUN_MAX_SECONDS: true,
    RUN_MAX_EVENTS: true,
    RUN_MAX_TOKENS: true,
    RUN_ON_DIVERGENCE: true,
    RUNS_DIR: true,
    PYTHON_DIR: true,
    CREW_PYTHON_FORK: true,
    AUTOMATION_ALLOW_NETWORKS: true,
    EVENT_MAX_BYTES: true,
  },
  "delivery-worker": {
    ...everyWorker,
    ENCRYPTION_KEY: true,
    WEBHOOK_SIGNING_SECRET: true,
    WEBHOOK_REALTIME_WINDOW: true,
    WEBHOOK_MAX_PARKED: true,
    WEBHOOK_RETRY_SCHEDULE: true,
    WEBHOOK_TIMEOUT_MS: true,
    WEBHOOK_ALLOW_NETWORKS: true,
    WEBHOOK_ALLOW_PORTS: true,
    WEBHOOK_ENDPOINT_CONCURRENCY: true,
    OPERATIONS_WEBHOOK_URL: true,
    DELIVERY_CONCURRENCY: true,
  },
} as const satisfies Record<ProcessName, Partial<Record<keyof Variables, true>>>;
