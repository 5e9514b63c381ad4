export { parseDuration, retryScheduleSchema } from "./config/duration.ts";
export { environmentTable } from "./config/env-table.ts";
export { splitList } from "./config/fields.ts";
export { loadConfig } from "./config/load.ts";
export { processVariables, type ProcessName } from "./config/process-variables.ts";
export { redisVariables } from "./config/redis-variables.ts";
export { retentionMs } from "./config/retention.ts";
export { Secret } from "./config/secret.ts";
export { secretFileVariables, withSecretFiles } from "./config/secret-files.ts";
export { isSecretVariable, secretVariables } from "./config/secret-variables.ts";
export { summarize } from "./config/summary.ts";
export { variables, type Variables } from "./config/variables.ts";
export { createCipher, type Cipher } from "./encryption.ts";
export { environment, secretsDescriptor, takeEnvironment, type Environment } from "./env.ts";
export { Health, serveHealth, type HealthCheck } from "./health.ts";
export { boundPort, closeServer, httpServer } from "./http-server.ts";
export { superviseLoops, type Loop } from "./loops.ts";
export { Signal } from "./signal.ts";
export {
  exitConfiguration,
  keepDebuggerClosed,
  runService,
  type RunningService,
  type ServiceContext,
} from "./run-service.ts";
export { explainFailures, logFailure } from "./telemetry/failures.ts";
export { createLogger, type Logger } from "./telemetry/logger.ts";
export type { SpanAttributes, SpanParent, TraceSpan, Tracing } from "./telemetry/tracing.ts";
export { openTracing } from "./telemetry/open-tracing.ts";
export { createMetrics, renderMetrics, type Metrics } from "./telemetry/metrics.ts";
export { guardedLookup, type GuardedLookup } from "./guard/lookup.ts";
export { addressPolicy, type AddressPolicy } from "./guard/policy.ts";
export { assertAllowedUrl, checkUrl } from "./guard/url.ts";
export { version } from "./version.ts";
