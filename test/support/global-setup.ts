import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, startPrivateRedis } from "@crewstream/cli";
import { aclRules } from "@crewstream/redis";
import type { ProcessName } from "@crewstream/service";
import type { TestProject } from "vitest/node";
import { endWithTests } from "./end-with-tests.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The Redis of this test run; every test uses its own key prefix. */
    redisUrl: string;
    /** The same as the ACL user of each process, under any key prefix. */
    redisUrlOf: Record<ProcessName, string>;
  }
}

interface RunRedis {
  url: string;
  urlOf: Record<ProcessName, string>;
  users: number;
  stop: () => Promise<void>;
}

/** Each project loads this file again, so shared state is kept on the process. */
const holder = globalThis as { crewstreamTestRedis?: Promise<RunRedis> };

/**
 * Gives the projects of a test run one private Redis: with `inject("redisUrl")` and as `TEST_REDIS_URL`.
 * A `TEST_REDIS_URL` that is set already is used as it is.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.crewstreamTestRedis ??= startRunRedis();
  const redis = await holder.crewstreamTestRedis;
  redis.users += 1;
  process.env["TEST_REDIS_URL"] = redis.url;
  project.provide("redisUrl", redis.url);
  project.provide("redisUrlOf", redis.urlOf);
  return async () => {
    redis.users -= 1;
    if (redis.users === 0) await redis.stop();
  };
}

async function startRunRedis(): Promise<RunRedis> {
  const given = process.env["TEST_REDIS_URL"];
  if (given !== undefined && given !== "") {
    return { url: given, urlOf: forEach(() => given), users: 0, stop: () => Promise.resolve() };
  }
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const binary = await ensureRedisServer({ searchPath: process.env["PATH"] ?? "", say });
  const dir = await mkdtemp(join(tmpdir(), "crewstream-test-redis-"));
  const redis = await startPrivateRedis({ dir, binary, users: forEach((name) => aclRules(name, "*")) });
  void endWithTests(redis.process);
  return {
    url: redis.url,
    urlOf: forEach(redis.urlOf),
    users: 0,
    stop: async () => {
      redis.process.signal("SIGKILL");
      await redis.process.exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function forEach(make: (name: ProcessName) => string): Record<ProcessName, string> {
  return { api: make("api"), "crew-worker": make("crew-worker"), "delivery-worker": make("delivery-worker") };
}
