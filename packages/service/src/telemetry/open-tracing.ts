import type { Environment } from "../env.ts";
import type { Logger } from "./logger.ts";
import type { Tracing } from "./tracing.ts";
import { readTracingSettings } from "./tracing-settings.ts";

/**
 * Tracing as configured by the standard `OTEL_*` variables, or undefined, and then OpenTelemetry is not even loaded.
 * @param service default of `service.name`
 */
export async function openTracing(service: string, log: Logger, env: Environment): Promise<Tracing | undefined> {
  const settings = readTracingSettings(env);
  if ("off" in settings) {
    if (settings.off !== undefined) log.warn({ reason: settings.off }, "tracing.off");
    return undefined;
  }
  const { OtlpTracing } = await import("./otlp-tracing.ts");
  return new OtlpTracing(service, settings, log);
}
