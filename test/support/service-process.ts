import { processEnvironment } from "@crewstream/cli";
import { inject } from "vitest";
import { ScriptProcess, type LogRecord } from "./script-process.ts";

export type ServiceName = "api" | "crew-worker" | "delivery-worker";

/**
 * Starts `apps/NAME/src/main.ts` as a separate process and waits until it is ready. It gets the part of `env` that
 * `crewstream start` would give it, and on the test run's Redis it has the rights of its own ACL user.
 */
export async function startService(
  name: ServiceName,
  env: Record<string, string>,
  limitMs?: number,
): Promise<ScriptProcess> {
  // As `crewstream start` and the compose file start it.
  const flags = name === "delivery-worker" ? ["--max-semi-space-size=4"] : [];
  const shared = env["REDIS_URL"] === inject("redisUrl") ? { REDIS_URL: inject("redisUrlOf")[name] } : {};
  const given = processEnvironment(name, { ...env, ...shared });
  const { secrets } = given;
  const service = await ScriptProcess.launch([...flags, `apps/${name}/src/main.ts`], given.env, { name, secrets });
  try {
    await serviceReady(service, limitMs);
    return service;
  } catch (error) {
    await service.kill("SIGKILL");
    throw error;
  }
}

/** Its `NAME.ready` line, with the port that the system assigned; throws with the log if it ends before. */
export function serviceReady(service: ScriptProcess, limitMs?: number): Promise<LogRecord> {
  return service.logged((record) => record.msg === `${service.name}.ready`, limitMs);
}
