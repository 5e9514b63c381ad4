import { signingSecretSchema } from "@crewstream/contracts";
import { z } from "zod";
import { retryScheduleSchema } from "./duration.ts";
import { flag, list, natMap, nodes, secret, secrets, whole } from "./fields.ts";

/**
 * Every environment variable of every process: its type, default and meaning. A process picks those it reads; the
 * table of docs/configuration.md is generated from this object.
 */
export const variables = z.object({
  HOST: z.string().default("127.0.0.1").describe("Address the API listens on; a non-loopback one needs `API_TOKENS`"),
  PORT: whole(0, 65_535).default(3000).describe("Port the API listens on; 0 picks a free one"),
  PUBLIC_URL: z.url().optional().describe("Base URL at which clients reach the API, used for links in messages"),
  API_TOKENS: secret()
    .optional()
    .describe(
      "Comma-separated bearer tokens, optionally `name:token:scopes` with scopes such as `kickoff+read+admin`; `own` limits a token to what it started",
    ),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?|unix):\/\//, "begins with redis://, rediss:// or unix://")
    .default("redis://127.0.0.1:6379")
    .describe("A single Redis or Valkey; `rediss://` for TLS, `unix:///path` for a socket"),
  REDIS_CLUSTER_NODES: nodes().optional().describe("Redis Cluster: `host:port,…`"),
  REDIS_SENTINELS: nodes().optional().describe("Sentinels: `host:port,…`"),
  REDIS_SENTINEL_MASTER: z.string().optional().describe("Name of the master that the Sentinels watch"),
  REDIS_USERNAME: z.string().optional().describe("ACL user at Redis; a user in `REDIS_URL` takes precedence"),
  REDIS_PASSWORD: secret().optional().describe("Password at Redis; a password in `REDIS_URL` takes precedence"),
  REDIS_SENTINEL_USERNAME: z.string().optional().describe("ACL user at the Sentinels"),
  REDIS_SENTINEL_PASSWORD: secret()
    .optional()
    .describe("Password at the Sentinels; `REDIS_PASSWORD` is not sent to them"),
  REDIS_TLS: flag().optional().describe("Connects to Redis with TLS, as `rediss://` does"),
  REDIS_SENTINEL_TLS: flag().optional().describe("Connects to the Sentinels with TLS; defaults to `REDIS_TLS`"),
  REDIS_TLS_CA_FILE: z
    .string()
    .optional()
    .describe("PEM file of the certificate authorities to trust; defaults to Node's own"),
  REDIS_TLS_CERT_FILE: z.string().optional().describe("PEM file of the client certificate, if Redis requires one"),
  REDIS_TLS_KEY_FILE: z.string().optional().describe("PEM file of the client certificate's key"),
  REDIS_TLS_SERVERNAME: z
    .string()
    .optional()
    .describe(
      "Server name to expect in certificates, if nodes announce addresses that the certificates do not contain",
    ),
  REDIS_NAT_MAP: natMap()
    .optional()
    .describe("Maps announced addresses of Cluster or Sentinel nodes to reachable ones: `announced:port=host:port,…`"),
  KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, "letters, digits, _ and -, at most 40")
    .default("crewstream")
    .describe("Prefix of every key; lets several deployments share one Redis"),
  AUTOMATIONS_DIR: z.string().default("examples").describe("Folder with the automations to serve"),
  DEFAULT_AUTOMATION: z
    .string()
    .optional()
    .describe("Automation that the unprefixed AMP routes use; defaults to the only one, else the first by name"),
  MODEL: z.string().default("offline/demo").describe("`provider/model` for automations that name no model"),
  MODEL_OVERRIDE: z
    .string()
    .optional()
    .describe(
      "`provider/model` for every agent, even if it names another: for trying projects without their providers' keys",
    ),
  ENCRYPTION_KEY: secrets({
    is: "base64 of 32 bytes (openssl rand -base64 32)",
    check: (text) => Buffer.from(text, "base64").length === 32,
  }).describe(
    "Base64 of 32 bytes; encrypts secrets at rest. To rotate: new key first, older keys after it, comma-separated",
  ),
  WEBHOOK_SIGNING_SECRET: secrets({
    is: "whsec_ and base64 of 24 to 64 bytes (crewstream secrets generate)",
    check: (text) => signingSecretSchema.safeParse(text).success,
  }).describe("`whsec_…` (Standard Webhooks); several while rotating, comma-separated"),
  WEBHOOK_BATCH_MAX_EVENTS: whole(1, 10_000).default(100).describe("Maximum number of events in a batch"),
  WEBHOOK_BATCH_MAX_BYTES: whole(1024, 16 * 1024 * 1024)
    .default(262_144)
    .describe("Maximum size of a batch's body in bytes"),
  WEBHOOK_BATCH_MAX_WAIT_MS: whole(1, 600_000)
    .default(1000)
    .describe("Maximum age of a batch's first event before the batch is sent"),
  WEBHOOK_REALTIME_WINDOW: whole(1, 1000)
    .default(16)
    .describe("Maximum number of concurrent requests of one realtime feed"),
  WEBHOOK_MAX_PARKED: whole(1, 100_000)
    .default(256)
    .describe("Maximum number of parked deliveries per feed; beyond it the feed waits"),
  WEBHOOK_RETRY_SCHEDULE: z
    .string()
    .default("5s,30s,2m,10m,30m,2h,5h,10h")
    .pipe(retryScheduleSchema)
    .describe("Delays between attempts, with ±20 % jitter; `Retry-After` is honoured"),
  WEBHOOK_TIMEOUT_MS: whole(100, 120_000).default(15_000).describe("Time limit of a whole attempt"),
  WEBHOOK_ALLOW_NETWORKS: list()
    .optional()
    .describe("CIDRs of private networks that webhooks may reach; none by default"),
  WEBHOOK_ALLOW_PORTS: list().optional().describe("Ports that webhooks may reach; all by default"),
  WEBHOOK_ENDPOINT_CONCURRENCY: whole(1, 10_000)
    .default(32)
    .describe("Maximum number of concurrent requests per endpoint and process"),
  OPERATIONS_WEBHOOK_URL: z
    .url()
    .optional()
    .describe("URL that receives alerts: endpoint disabled or recovered, delivery dead-lettered, Redis lost its data"),
  EVENT_MAX_BYTES: whole(4096, 16 * 1024 * 1024)
    .default(1_048_576)
    .describe("Maximum size of an event; the longest strings of a larger one are truncated and marked"),
  CREW_CONCURRENCY: whole(1, 1000).default(10).describe("Concurrent runs per crew worker"),
  RUN_MEMORY_MB: whole(64, 65_536)
    .default(1024)
    .describe("Maximum heap of one run, or memory of its Python processes; only a run that exceeds it fails"),
  RUN_MAX_SECONDS: whole(0, 31_536_000)
    .default(86_400)
    .describe("Maximum running time of a run, which fails beyond it; 0 for no limit"),
  RUN_MAX_EVENTS: whole(0, 1_000_000_000)
    .default(1_000_000)
    .describe("Maximum number of events of a run, which fails beyond it; 0 for no limit"),
  RUN_MAX_TOKENS: whole(0, 1_000_000_000)
    .default(0)
    .describe("Maximum number of model tokens of a run, which fails beyond it; 0 for no limit"),
  RUN_ON_DIVERGENCE: z
    .enum(["fail", "rerun"])
    .default("fail")
    .describe("What to do when a resumed run diverges from its journal: `fail`, or `rerun` everything from there"),
  RUNS_DIR: z.string().default(".crewstream/runs").describe("Folder in which each run gets its own folder for files"),
  PYTHON_DIR: z
    .string()
    .default(".crewstream/python")
    .describe("Folder for the data of Python projects: environments, home folders, memories"),
  CREW_PYTHON_FORK: flag()
    .default(true)
    .describe(
      "Forks Python runs from a process that has imported crewai (Linux); without it each run starts its own, in 5 to 10 s",
    ),
  AUTOMATION_ALLOW_NETWORKS: list()
    .optional()
    .describe("CIDRs of private networks that tools and MCP clients may reach; none by default"),
  DELIVERY_CONCURRENCY: whole(1, 10_000).default(200).describe("Concurrent delivery jobs per delivery worker"),
  STATUS_SHAPE: z.enum(["hybrid", "live", "openapi"]).default("hybrid").describe("Shape of the body of `/status`"),
  CORS_ORIGINS: list().optional().describe("Origins that may call the AMP routes from a browser; `*` for any"),
  RATE_LIMIT_PER_MINUTE: whole(0, 10_000_000)
    .default(6000)
    .describe("Requests allowed per token and minute; 0 for no limit"),
  MAX_OPEN_RUNS_PER_TOKEN: whole(0, 10_000_000)
    .default(10_000)
    .describe("Runs of one token that may be open, paused ones included; 0 for no limit"),
  EVENT_STREAMS_PER_TOKEN: whole(1, 1_000_000)
    .default(500)
    .describe("Open event streams allowed per token and API process"),
  EVENT_STREAMS: whole(1, 1_000_000).default(5000).describe("Open event streams allowed per API process in total"),
  RETENTION_DAYS: z.coerce
    .number()
    .positive()
    .max(3650)
    .default(7)
    .describe("Days to keep an execution and its deliveries after it has ended"),
  QUEUE_PARTITIONS: whole(1, 256)
    .default(4)
    .describe("Number of queues over which feeds and retries are spread; fixed at the first start"),
  RECONCILE_MS: whole(100, 600_000)
    .default(15_000)
    .describe("Interval between reconciliation passes, which find work that a crash left without a job"),
  LEASE_MS: whole(1000, 300_000)
    .default(10_000)
    .describe("How long a run or a delivery stays with an unresponsive worker before another takes over"),
  SHUTDOWN_TIMEOUT_MS: whole(0, 600_000)
    .default(20_000)
    .describe("Time to finish running work after SIGTERM before it is aborted"),
  HEALTH_PORT: whole(0, 65_535)
    .optional()
    .describe("Port for a worker's `/healthz`, `/readyz` and `/metrics`; none if unset"),
  HEALTH_HOST: z.string().default("127.0.0.1").describe("Address for that port"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("Minimum log level"),
  INSPECTOR: flag().default(false).describe("Serves `/inspector`, a webhook receiver for development"),
});

export type Variables = z.output<typeof variables>;
