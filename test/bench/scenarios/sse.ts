import { Keys } from "@crewstream/redis";
import { executionIdSchema } from "@crewstream/contracts";
import { Child } from "../harness/child.ts";
import { cpuSeconds } from "../harness/process-meter.ts";
import { benchPrefix, benchToken, startService } from "../harness/services.ts";
import type { bareSseHandlers } from "../processes/bare-sse.ts";
import type { ReadResult, sseHandlers } from "../processes/sse-readers.ts";
import { loadOf, sized } from "./compare.ts";
import type { Figure, Scenario } from "./scenario.ts";

const readersCount = 100;
const rate = 200;

/** A hundred readers of one running execution. */
export const sse: Scenario = {
  name: "sse",
  about: `Server-Sent Events to ${readersCount} readers of one execution that publishes ${rate} events/s`,
  async run({ bench, size, say }) {
    await using api = await startService("api", bench.env);
    await using bare = new Child<typeof bareSseHandlers>("bare-sse", bench.env);
    await using readers = new Child<typeof sseHandlers>("sse-readers", {});
    const eventsEach = rate * sized(size, { quick: 3, normal: 5, full: 10 });
    const load = loadOf({ carrier: "ours", urls: [""], executions: 1, eventsEach, rate });
    const figures: Figure[] = [];
    for (const kind of ["warming up", "bare fan-out", "ours"] as const) {
      say(kind);
      const run = `sse ${kind}`;
      const [id = ""] = await bench.publisher.call("prepare", { run, load });
      const key = new Keys(benchPrefix).execution(executionIdSchema.parse(id)).events;
      const server = kind === "bare fan-out" ? bare : api;
      const url =
        server === bare ? await bare.call("follow", { key }) : `${api.url}/api/v1/executions/${id}/events?after=0`;
      await readers.call("open", { url, token: benchToken, count: readersCount });
      const before = { server: cpuSeconds(server.pid), redis: cpuSeconds(bench.redis.pid) };
      await bench.publisher.call("publish", { run });
      const result: ReadResult = await readers.call("until", { last: eventsEach, timeoutMs: 15_000 });
      await bare.call("stop", {});
      if (kind === "warming up") continue;
      const thousands = Math.max(1, result.events) / 1000;
      figures.push(
        { name: `${kind}: events delivered`, value: result.events, unit: `of ${eventsEach * readersCount}` },
        { name: `${kind}: readers that missed or repeated one`, value: result.wrong, unit: "" },
        { name: `${kind}: p50`, value: result.p50, unit: "ms" },
        { name: `${kind}: p99`, value: result.p99, unit: "ms" },
        {
          name: `${kind}: CPU of the server`,
          value: (cpuSeconds(server.pid) - before.server) / thousands,
          unit: "s per 1,000",
        },
      );
    }
    return { rows: [], figures, targets: [] };
  },
};
