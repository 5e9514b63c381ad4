import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { ApiClient } from "./client.ts";
import type { ScriptProcess } from "./script-process.ts";
import { serviceReady, startService, type ServiceName } from "./service-process.ts";

export interface SystemOptions {
  crewWorkers?: number;
  deliveryWorkers?: number;
  /** Overrides of {@link testEnvironment}, for all processes. */
  env?: Record<string, string>;
}

/** The whole system as real processes on the test run's Redis, under its own key prefix. */
export interface System extends AsyncDisposable {
  env: Record<string, string>;
  client: ApiClient;
  api: ScriptProcess;
  crewWorkers: ScriptProcess[];
  deliveryWorkers: ScriptProcess[];
  /** Starts one more process of a kind, ready; it ends with the system. */
  add(name: ServiceName): Promise<ScriptProcess>;
}

export const testToken = "test-token-0123456789abcdef";

/**
 * What a process needs to run in a test: free ports, its own key prefix, loopback webhooks allowed, and short waits; no
 * limit on requests, as a test polls as often as it can. Pass one environment to several processes to make them one
 * system.
 */
export function testEnvironment(overrides: Record<string, string> = {}): Record<string, string> {
  return {
    REDIS_URL: inject("redisUrl"),
    KEY_PREFIX: `t${randomUUID().replaceAll("-", "")}`,
    PORT: "0",
    API_TOKENS: testToken,
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    WEBHOOK_SIGNING_SECRET: `whsec_${Buffer.alloc(32, 9).toString("base64")}`,
    WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8,::1/128",
    WEBHOOK_BATCH_MAX_WAIT_MS: "150",
    WEBHOOK_RETRY_SCHEDULE: "100ms,100ms,200ms,200ms,400ms,400ms,1s,1s,2s,2s",
    WEBHOOK_TIMEOUT_MS: "2000",
    LEASE_MS: "2000",
    SHUTDOWN_TIMEOUT_MS: "5000",
    RATE_LIMIT_PER_MINUTE: "0",
    LOG_LEVEL: "debug",
    ...overrides,
  };
}

/** Starts the whole system and waits until every process is ready. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const env = testEnvironment(options.env);
  const started: ScriptProcess[] = [];
  const add = async (name: ServiceName): Promise<ScriptProcess> => {
    const service = await startService(name, env);
    started.push(service);
    return service;
  };
  const addAll = (name: ServiceName, count: number): Promise<ScriptProcess[]> =>
    Promise.all(Array.from({ length: count }, () => add(name)));
  const dispose = async (): Promise<void> => {
    await Promise.all(started.map((service) => service[Symbol.asyncDispose]()));
  };

  const starting = await Promise.allSettled([
    add("api"),
    addAll("crew-worker", options.crewWorkers ?? 1),
    addAll("delivery-worker", options.deliveryWorkers ?? 1),
  ]);
  const failed = starting.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await dispose();
    throw failed.reason;
  }
  const [api, crewWorkers, deliveryWorkers] = starting.map(
    (result) => result.status === "fulfilled" && result.value,
  ) as [ScriptProcess, ScriptProcess[], ScriptProcess[]];
  const { port } = await serviceReady(api);
  const client = new ApiClient(`http://127.0.0.1:${String(port)}`, testToken);
  return { env, client, api, crewWorkers, deliveryWorkers, add, [Symbol.asyncDispose]: dispose };
}
