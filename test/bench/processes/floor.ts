import { newExecutionId } from "@crewstream/contracts";
import { Redis } from "ioredis";
import { makeEvent } from "../event-text.ts";
import { serveParent } from "../harness/messages.ts";
import { preciseNow, totalEvents, type Load, type Published } from "../load.ts";
import { plainClient } from "./plain-client.ts";

interface Request {
  url: string;
  body: string;
}

const prepared = new Map<string, Request[]>();
const client = plainClient(200);

/** The upper bound with got and Redis: the same bodies posted from memory, and bare XADD. */
export const floorHandlers = {
  /** Prepares the bodies. `perBody` is the number of events in our batches. */
  prepare({ run, load, perBody }: { run: string; load: Load; perBody: number }): void {
    const requests: Request[] = [];
    for (let execution = 0; execution < load.executions; execution += 1) {
      const id = newExecutionId();
      const url = load.urls[execution % load.urls.length] ?? "";
      for (let seq = 1; seq <= load.eventsEach; seq += perBody) {
        const length = Math.min(perBody, load.eventsEach - seq + 1);
        const texts = Array.from(
          { length },
          (_, n) => makeEvent(id, { run, execution, seq: seq + n, sentAt: preciseNow() }, load.bytes).json,
        );
        requests.push({ url, body: `{"events":[${texts.join(",")}]}` });
      }
    }
    prepared.set(run, requests);
  },

  async send({ run, load }: { run: string; load: Load }): Promise<Published> {
    const requests = prepared.get(run) ?? [];
    prepared.delete(run);
    const startedAt = preciseNow();
    let next = 0;
    const loop = async (): Promise<void> => {
      while (next < requests.length) {
        const request = requests[next];
        next += 1;
        if (request !== undefined) await client.post(request.url, { body: request.body });
      }
    };
    await Promise.all(Array.from({ length: load.concurrency }, loop));
    return { events: totalEvents(load), startedAt, endedAt: preciseNow() };
  },

  /** Bare XADDs, `chunk` of them in one pipeline. */
  async xadd({ load, chunk }: { load: Load; chunk: number }): Promise<Published> {
    const redis = new Redis(process.env["REDIS_URL"] ?? "");
    const keys = Array.from({ length: load.executions }, () => `floor:{${newExecutionId()}}`);
    const startedAt = preciseNow();
    const mark = { run: "xadd", execution: 0, seq: 1, sentAt: startedAt };
    const events = totalEvents(load);
    for (let n = 0; n < events; n += chunk) {
      const pipeline = redis.pipeline();
      for (let i = n; i < Math.min(events, n + chunk); i += 1) {
        const { id, type, json } = makeEvent("floor", mark, load.bytes);
        pipeline.xadd(keys[i % keys.length] ?? "", "*", "i", id, "t", type, "j", json);
      }
      await pipeline.exec();
    }
    const endedAt = preciseNow();
    await redis.del(...keys);
    await redis.quit();
    return { events, startedAt, endedAt };
  },
};

serveParent(floorHandlers);
