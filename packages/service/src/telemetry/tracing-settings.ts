import { z } from "zod";
import type { Environment } from "../env.ts";

/** The sampler names of OpenTelemetry's specification. */
const samplerNames = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
export type SamplerName = (typeof samplerNames)[number];

export interface TracingSettings {
  sampler: SamplerName;
  /** Fraction of traces that a ratio sampler keeps, 0 to 1. */
  ratio: number;
  /** Request headers for the collector, `name=value,…`; those of the second text take precedence. */
  headers: readonly [all: string, traces: string];
  /** Settings of the batches in which spans are exported. */
  batch: { delayMs: number; queue: number; size: number; timeoutMs: number };
}

const positive = z.coerce.number().int().positive();

/** Invalid values count as absent, as OpenTelemetry's specification requires. */
const schema = z.object({
  OTEL_SDK_DISABLED: z.string().toLowerCase().default("false"),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default(""),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: z.string().default(""),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().default("http/protobuf"),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(samplerNames).catch("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).catch(1),
  OTEL_BSP_SCHEDULE_DELAY: positive.catch(5000),
  OTEL_BSP_MAX_QUEUE_SIZE: positive.catch(2048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: positive.catch(512),
  OTEL_BSP_EXPORT_TIMEOUT: positive.catch(30_000),
});

/**
 * Tracing settings from the standard `OTEL_*` variables. Tracing is on if an endpoint or the exporter `otlp` is set; `off`
 * is the reason if an unsupported configuration is requested, else undefined.
 *
 * The exporter reads its other variables itself (endpoint, timeout, compression, certificates) and the resource reads
 * `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`. The headers contain the collector's key, which is not in `process.env`.
 */
export function readTracingSettings(env: Environment): TracingSettings | { off: string | undefined } {
  const wanted = schema.parse(
    Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  );
  const exporter = wanted.OTEL_TRACES_EXPORTER;
  const endpoint = wanted.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? wanted.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (wanted.OTEL_SDK_DISABLED === "true" || exporter === "none") return { off: undefined };
  if (exporter === undefined && endpoint === undefined) return { off: undefined };
  if (exporter !== undefined && exporter !== "otlp") return { off: `OTEL_TRACES_EXPORTER knows otlp and none only` };
  if ((wanted.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? wanted.OTEL_EXPORTER_OTLP_PROTOCOL) !== "http/protobuf") {
    return { off: "OTEL_EXPORTER_OTLP_PROTOCOL knows http/protobuf only" };
  }
  return {
    sampler: wanted.OTEL_TRACES_SAMPLER,
    ratio: wanted.OTEL_TRACES_SAMPLER_ARG,
    headers: [wanted.OTEL_EXPORTER_OTLP_HEADERS, wanted.OTEL_EXPORTER_OTLP_TRACES_HEADERS],
    batch: {
      delayMs: wanted.OTEL_BSP_SCHEDULE_DELAY,
      queue: wanted.OTEL_BSP_MAX_QUEUE_SIZE,
      size: wanted.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      timeoutMs: wanted.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}
