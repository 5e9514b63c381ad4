import { z } from "zod";
import { retryScheduleSchema } from "./duration.ts";
import { flag, list, natMap, nodes, secret, whole } from "./fields.ts";

/**
 * Every environment variable of every process: its type, default and meaning. A process picks those it reads; the
 * README's table is made from this object.
 */
export const variables = z.object({
  HOST: z.string().default("127.0.0.1").describe("Address the API listens on; a non-loopback one needs `API_TOKENS`"),
  PORT: whole(0, 65_535).default(3000).describe("Port the API listens on; 0 takes a free one"),
  PUBLIC_URL: z.url().optional().describe("Base URL under which clients reach the API, for links in messages"),
  API_TOKENS: secret()
    .optional()
    .describe("Comma-separated bearer tokens, optionally `name:token:scopes` with scopes of `kickoff+read+admin`"),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?|unix):\/\//, "begins with redis://, rediss:// or unix://")
    .default("redis://127.0.0.1:6379")
    .describe("Single Redis or Valkey; TLS as `rediss://`, a socket as `unix:///path`"),
  REDIS_CLUSTER_NODES: nodes().optional().describe("Redis Cluster: `host:port,…`"),
  REDIS_SENTINELS: nodes().optional().describe("Sentinels: `host:port,…`"),
  REDIS_SENTINEL_MASTER: z.string().optional().describe("Name of the master that the Sentinels watch"),
  REDIS_USERNAME: z.string().optional().describe("ACL user at Redis; one in `REDIS_URL` goes before"),
  REDIS_PASSWORD: secret().optional().describe("Password at Redis; one in `REDIS_URL` goes before"),
  REDIS_SENTINEL_USERNAME: z.string().optional().describe("ACL user at the Sentinels"),
  REDIS_SENTINEL_PASSWORD: secret()
    .optional()
    .describe("Password at the Sentinels; `REDIS_PASSWORD` is not sent to them"),
  REDIS_TLS: flag().optional().describe("Connects to Redis with TLS; `rediss://` says so too"),
  REDIS_SENTINEL_TLS: flag().optional().describe("Connects to the Sentinels with TLS; default as `REDIS_TLS`"),
  REDIS_TLS_CA_FILE: z.string().optional().describe("PEM file of the authorities to trust; default Node's own"),
  REDIS_TLS_CERT_FILE: z.string().optional().describe("PEM file of our certificate, where Redis asks clients for one"),
  REDIS_TLS_KEY_FILE: z.string().optional().describe("PEM file of its key"),
  REDIS_TLS_SERVERNAME: z
    .string()
    .optional()
    .describe("Name in the certificates, where nodes are announced by addresses that these do not hold"),
  REDIS_NAT_MAP: natMap()
    .optional()
    .describe("Where nodes of a Cluster or behind Sentinels are reached: `announced:port=host:port,…`"),
  KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, "letters, digits, _ and -, at most 40")
    .default("crewstream")
    .describe("Prefix of every key: several deployments on one Redis"),
  AUTOMATIONS_DIR: z.string().default("examples").describe("Folder of the automations to serve"),
  DEFAULT_AUTOMATION: z
    .string()
    .optional()
    .describe("What the unprefixed AMP routes mean; default the only one, else the first by name"),
  MODEL: z.string().default("offline/demo").describe("`provider/model` for automations that name none"),
  ENCRYPTION_KEY: secret().describe(
    "Base64 of 32 bytes that encrypts secrets at rest; older keys follow, comma-separated, while rotating",
  ),
  WEBHOOK_SIGNING_SECRET: secret().describe("`whsec_…` (Standard Webhooks); several, comma-separated, while rotating"),
  WEBHOOK_BATCH_MAX_EVENTS: whole(1, 10_000).default(100).describe("A batch is sealed at this many events"),
  WEBHOOK_BATCH_MAX_BYTES: whole(1024, 16 * 1024 * 1024)
    .default(262_144)
    .describe("or at this many bytes of body"),
  WEBHOOK_BATCH_MAX_WAIT_MS: whole(1, 600_000).default(1000).describe("or when its first event is this old"),
  WEBHOOK_REALTIME_WINDOW: whole(1, 1000).default(16).describe("Realtime requests of one feed in flight at once"),
  WEBHOOK_MAX_PARKED: whole(1, 100_000)
    .default(256)
    .describe("Failed deliveries that one feed may park before it waits for them"),
  WEBHOOK_RETRY_SCHEDULE: z
    .string()
    .default("5s,30s,2m,10m,30m,2h,5h,10h")
    .pipe(retryScheduleSchema)
    .describe("Delays between attempts, ±20 % jitter, `Retry-After` respected"),
  WEBHOOK_TIMEOUT_MS: whole(100, 120_000).default(15_000).describe("Limit of a whole attempt"),
  WEBHOOK_ALLOW_NETWORKS: list().optional().describe("CIDRs of private networks that webhooks may reach; default none"),
  WEBHOOK_ALLOW_PORTS: list().optional().describe("Ports that webhooks may reach; default all"),
  WEBHOOK_ENDPOINT_CONCURRENCY: whole(1, 10_000).default(32).describe("Requests in flight per endpoint and process"),
  OPERATIONS_WEBHOOK_URL: z.url().optional().describe("Where alerts go: endpoint disabled or recovered, delivery dead"),
  EVENT_MAX_BYTES: whole(4096, 16 * 1024 * 1024)
    .default(1_048_576)
    .describe("Longest strings of a larger event are cut and marked"),
  CREW_CONCURRENCY: whole(1, 1000).default(10).describe("Runs at once per crew worker"),
  RUN_MEMORY_MB: whole(64, 65_536).default(1024).describe("Heap of one run; a run that outgrows it fails, alone"),
  RUN_MAX_SECONDS: whole(0, 31_536_000).default(86_400).describe("A run that works longer fails; 0 for no limit"),
  RUN_MAX_EVENTS: whole(0, 1_000_000_000)
    .default(1_000_000)
    .describe("A run that publishes more events fails; 0 for no limit"),
  RUN_MAX_TOKENS: whole(0, 1_000_000_000).default(0).describe("A run that uses more tokens fails; 0 for no limit"),
  RUN_ON_DIVERGENCE: z
    .enum(["fail", "rerun"])
    .default("fail")
    .describe("What a resumed run does that asks something else than it has journaled: fail, or do it anew from there"),
  RUNS_DIR: z
    .string()
    .default(".crewstream/runs")
    .describe("Where each run has a folder of its own for the files it reads and writes"),
  AUTOMATION_ALLOW_NETWORKS: list()
    .optional()
    .describe("CIDRs of private networks that tools and MCP clients may reach; default none"),
  DELIVERY_CONCURRENCY: whole(1, 10_000).default(200).describe("Delivery jobs at once per delivery worker"),
  STATUS_SHAPE: z.enum(["hybrid", "live", "openapi"]).default("hybrid").describe("Body of `/status`"),
  CORS_ORIGINS: list().optional().describe("Origins that may call the AMP routes from a browser; `*` for all"),
  RATE_LIMIT_PER_MINUTE: whole(0, 10_000_000)
    .default(6000)
    .describe("Requests per token and minute; 0 switches the limit off"),
  EVENT_STREAMS_PER_TOKEN: whole(1, 1_000_000)
    .default(500)
    .describe("Server-Sent Events that one token may hold open at an API process"),
  EVENT_STREAMS: whole(1, 1_000_000).default(5000).describe("The same of all tokens together"),
  RETENTION_DAYS: z.coerce
    .number()
    .positive()
    .max(3650)
    .default(7)
    .describe("Days that an ended execution and its deliveries are kept"),
  QUEUE_PARTITIONS: whole(1, 256)
    .default(4)
    .describe("Queues that feeds and retries are spread over; fixed at first start"),
  RECONCILE_MS: whole(100, 600_000)
    .default(15_000)
    .describe("Pause between looks for work that a crash left without a job"),
  LEASE_MS: whole(1000, 300_000)
    .default(10_000)
    .describe("How long a run or a delivery stays with a worker that has gone silent"),
  SHUTDOWN_TIMEOUT_MS: whole(0, 600_000)
    .default(20_000)
    .describe("Time to drain after SIGTERM before running work is cut off"),
  HEALTH_PORT: whole(0, 65_535)
    .optional()
    .describe("Port of a worker's `/healthz`, `/readyz` and `/metrics`; unset for none"),
  HEALTH_HOST: z.string().default("127.0.0.1").describe("Address of that port"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("Least severe line that is logged"),
  INSPECTOR: flag().default(false).describe("Serves `/inspector`, a webhook receiver for development"),
});

export type Variables = z.output<typeof variables>;
