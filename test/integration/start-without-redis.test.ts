import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { FaultyRedis } from "../support/redis.ts";
import { ScriptProcess } from "../support/script-process.ts";
import { testEnvironment } from "../support/services.ts";

const names = ["api", "crew-worker", "delivery-worker"];

/** A process that was started and of which nothing is expected yet except that it serves its health. */
async function begin(name: string, env: Record<string, string>) {
  const port = await freePort();
  const own = { ...env, PORT: String(port), HEALTH_PORT: String(port), AUTOMATIONS_DIR: "test/fixtures/load" };
  const process = await ScriptProcess.launch([`apps/${name}/src/main.ts`], own, { name });
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: "Bearer x" } });
    return { status: response.status, text: await response.text() };
  };
  return { name, process, ask };
}

test("every process responds immediately and waits for Redis, down or loading, for as long as it takes", async () => {
  await using redis = await FaultyRedis.start({
    // Half a millisecond for each of 10,000 keys, and clients are served after every thousand of them.
    "key-load-delay": "500",
  });
  const { host, port } = new URL(redis.url);
  const client = new Redis(redis.url);
  const pipeline = client.pipeline();
  for (let key = 0; key < 10_000; key += 1) pipeline.set(`other:${key}`, "1");
  await pipeline.exec();
  client.disconnect();
  await redis.kill("SIGKILL");

  await using stack = new AsyncDisposableStack();
  const started = await Promise.all(names.map((name) => begin(name, testEnvironment({ REDIS_URL: redis.url }))));
  for (const { process } of started) stack.use(process);
  const away = new RegExp(`Redis is not reachable at ${host} \\(since \\d+ s\\): connection refused`);
  for (const { name, ask } of started) {
    await eventually(async () => {
      const ready = await ask("/readyz");
      expect([name, ready.status, ready.text]).toEqual([name, 503, expect.stringMatching(away)]);
    });
    expect([name, await ask("/healthz")]).toEqual([name, { status: 200, text: "ok" }]);
  }
  const [api] = started as [(typeof started)[0]];
  const inputs = await api.ask("/inputs");
  expect([inputs.status, inputs.text]).toEqual([503, expect.stringMatching(away)]);

  const restarted = redis.restart();
  const loading = new RegExp(`Redis at 127\\.0\\.0\\.1:${port} is loading its data \\(\\d+ % so far`);
  await Promise.all(
    started.map(({ ask }) =>
      eventually(async () =>
        expect(await ask("/readyz")).toEqual({ status: 503, text: expect.stringMatching(loading) }),
      ),
    ),
  );
  await restarted;
  for (const { name, process, ask } of started) {
    await process.logged(({ msg }) => msg === `${name}.ready`);
    expect([name, (await ask("/readyz")).status]).toEqual([name, 200]);
    const reasons = process.logs.filter(({ msg }) => msg === "redis.unreachable");
    expect(reasons[0]).toMatchObject({ reason: expect.stringContaining(`Redis is not reachable at ${host}`) });
    // Once at the beginning, and then once a minute.
    expect([name, reasons.length <= 2]).toEqual([name, true]);
  }
}, 180_000);

test("a process that waits for Redis stops immediately when asked", async () => {
  const env = testEnvironment({ REDIS_URL: `redis://127.0.0.1:${await freePort()}`, SHUTDOWN_TIMEOUT_MS: "60000" });
  await Promise.all(
    names.map(async (name) => {
      const { process } = await begin(name, env);
      await process.logged(({ msg }) => msg === "redis.unreachable");
      expect([name, await process.kill("SIGTERM")]).toEqual([name, { code: 0, signal: null }]);
    }),
  );
});

test("a wrong password is reported immediately, without waiting", async () => {
  await using redis = await FaultyRedis.start();
  const url = new URL(redis.url);
  url.password = "wrong";
  await Promise.all(
    names.map(async (name) => {
      const { process } = await begin(name, testEnvironment({ REDIS_URL: url.href }));
      expect([name, (await process.exited).code]).toEqual([name, 78]);
      const failed = process.logs.find(({ msg }) => msg === `${name}.start_failed`);
      expect(failed?.["reason"]).toContain(`${url.host} (since 0 s): wrong user or password`);
    }),
  );
});
