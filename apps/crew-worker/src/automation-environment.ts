import { environment, variables, type Environment } from "@crewstream/service";

/** They hold the key of the deployment's trace collector. */
const collectorKeys = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

/**
 * The environment as automations see it: without our own variables, among which are passwords and keys of the
 * deployment. `MODEL` stays, as an automation may want to name it.
 */
export function automationEnvironment(env: Environment = environment()): Record<string, string> {
  const own = new Set([...Object.keys(variables.shape), ...collectorKeys]);
  own.delete("MODEL");
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !own.has(entry[0])),
  );
}
