import { callsBetween } from "../harness/bench-redis.ts";
import { setTimeout as pause } from "node:timers/promises";
import { cpuSeconds, residentMegabytes } from "../harness/process-meter.ts";
import { startService, type Service, type ServiceName } from "../harness/services.ts";
import type { Figure, Scenario } from "./scenario.ts";

const seconds = { quick: 10, normal: 20, full: 60 };
/** Loops that run once when a process starts, and BullMQ's own start, are not part of the idle cost. */
const settleMs = 5000;

/** The three processes of a deployment, started together and then left alone. */
export const idle: Scenario = {
  name: "idle",
  about: "How long the system takes to start, and what it costs while nothing happens",
  async run({ bench, size, say }) {
    await using stack = new AsyncDisposableStack();
    const names: ServiceName[] = ["api", "crew-worker", "delivery-worker"];
    const startedAt = performance.now();
    const services: Service[] = await Promise.all(
      // A separate key prefix: the benchmark's own delivery worker belongs to another deployment.
      names.map(async (name) => stack.use(await startService(name, { ...bench.env, KEY_PREFIX: "idle" }))),
    );
    const together = performance.now() - startedAt;
    await pause(settleMs);
    const forSeconds = seconds[size];
    say(`idling for ${forSeconds} s, then once more without the system`);
    // Redis itself, the benchmark's own workers and this process cost something too: the rest is the system's.
    const redisAt = (): number => cpuSeconds(bench.redis.pid);
    const before = {
      redis: await bench.redis.counters(),
      cpu: services.map(({ pid }) => cpuSeconds(pid)),
      at: redisAt(),
    };
    await pause(forSeconds * 1000);
    const after = {
      redis: await bench.redis.counters(),
      cpu: services.map(({ pid }) => cpuSeconds(pid)),
      at: redisAt(),
    };
    const memory = services.map(({ pid }) => residentMegabytes(pid));
    await stack.disposeAsync();
    const alone = { redis: await bench.redis.counters(), at: redisAt() };
    await pause(forSeconds * 1000);
    const aloneAfter = { redis: await bench.redis.counters(), at: redisAt() };

    const others = new Map(callsBetween(alone.redis, aloneAfter.redis));
    const commands = callsBetween(before.redis, after.redis)
      .map(([name, calls]) => ({ name, perSecond: (calls - (others.get(name) ?? 0)) / forSeconds }))
      .filter(({ perSecond }) => perSecond > 0);
    const cpuShares = services.map((_, n) => ((after.cpu[n] ?? 0) - (before.cpu[n] ?? 0)) / forSeconds);
    const redisShare = Math.max(0, (after.at - before.at - (aloneAfter.at - alone.at)) / forSeconds);
    const totalCommands = commands.reduce((sum, each) => sum + each.perSecond, 0);
    const totalCpu = cpuShares.reduce((sum, share) => sum + share, redisShare);

    const figures: Figure[] = [
      { name: "all three ready after", value: together, unit: "ms" },
      ...services.map(({ name, startedWithinMs }) => ({
        name: `${name} ready after`,
        value: startedWithinMs,
        unit: "ms",
      })),
      ...services.map(({ name }, n) => ({
        name: `${name} idle CPU`,
        value: (cpuShares[n] ?? 0) * 100,
        unit: "% of a core",
      })),
      { name: "Redis idle CPU for it", value: redisShare * 100, unit: "% of a core" },
      ...services.map(({ name }, n) => ({ name: `${name} memory`, value: memory[n] ?? 0, unit: "MB" })),
      ...commands.map(({ name, perSecond }) => ({ name: `Redis ${name}`, value: perSecond, unit: "calls/s" })),
    ];
    return {
      rows: [],
      figures,
      targets: [
        { name: "idle CPU of the whole system, % of a core", value: totalCpu * 100, limit: 1, atMost: true },
        { name: "idle Redis commands per second", value: totalCommands, limit: 20, atMost: true },
      ],
    };
  },
};
