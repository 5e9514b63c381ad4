import { once } from "node:events";
import { join } from "node:path";
import { foundAutomations, openStore, tlsRefusal, type FoundAutomations } from "@crewstream/redis";
import { createLogger, loadConfig, redisVariables, variables, type Environment } from "@crewstream/service";
import { z } from "zod";
import { readJson } from "../start/private-files.ts";
import { namesRedis } from "../start/settings.ts";
import { parseInfo, type RedisFacts } from "./redis-findings.ts";

const configSchema = variables.pick({
  ...redisVariables,
  KEY_PREFIX: true,
  QUEUE_PARTITIONS: true,
});

const instanceSchema = z.object({ port: z.number(), password: z.string() });

export type StoreFacts = RedisFacts & FoundAutomations;

/**
 * Asks the Redis that the environment names, or the embedded one of the data folder.
 * @throws what kept it from answering within five seconds
 */
export async function askRedis(env: Environment, dataDir: string): Promise<StoreFacts> {
  const embedded = namesRedis(env)
    ? undefined
    : await readJson(join(dataDir, "redis", "instance.json"), instanceSchema);
  const url = embedded && { REDIS_URL: `redis://:${embedded.password}@127.0.0.1:${embedded.port}` };
  const config = loadConfig(configSchema, { ...env, ...url });
  const log = createLogger({ name: "doctor", level: "silent" });
  await using store = openStore(config, { retry: "failFast", log, name: "doctor" });
  if (store.redis.status !== "ready") {
    const failed = once(store.redis, "error").then(([error]) => Promise.reject(error as Error));
    await Promise.race([once(store.redis, "ready", { signal: AbortSignal.timeout(5000) }), failed]).catch(
      async (error: unknown) => {
        const refusal = await tlsRefusal(config);
        throw refusal === undefined ? error : new Error(refusal, { cause: error });
      },
    );
  }
  const before = Date.now();
  const [seconds, microseconds] = await store.redis.time();
  const now = (before + Date.now()) / 2;
  return {
    info: parseInfo(await store.redis.info()),
    clockSkewMs: Math.round(Number(seconds) * 1000 + Number(microseconds) / 1000 - now),
    ...(await foundAutomations(store, Date.now())),
  };
}
