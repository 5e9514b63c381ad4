import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { sign } from "@crewstream/receiver";
import { describe, expect, test } from "vitest";
import { createApp as createExpressApp } from "./express.ts";
import { createApp as createHonoApp } from "./hono.ts";
import { createHandler } from "./serverless.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const oldSecret = `whsec_${Buffer.from("o".repeat(32)).toString("base64")}`;
const executionId = "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37";

interface Delivery {
  body: string;
  headers: Record<string, string>;
}

/** The request that the server would send for these events, `first` being the number of the first. */
function deliver(first: number, events: { type: string; data: object }[], secrets = [secret]): Delivery {
  const id = `dlv_${executionId.replaceAll("-", "")}_0_${first}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    events: events.map(({ type, data }, index) => ({
      id: `e${first + index}`,
      execution_id: executionId,
      timestamp: "2026-11-23T14:08:45.166Z",
      type,
      data: { emission_sequence: first + index, ...data },
    })),
  });
  return {
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": sign({ id, timestamp, body, secrets }),
    },
  };
}

const toolUsed = {
  type: "tool_usage_finished",
  data: {
    tool_name: "search_changelog",
    tool_args: {},
    output: "#812",
    started_at: "2026-11-23T14:08:45.167Z",
    finished_at: "2026-11-23T14:08:45.412Z",
  },
};
const taskDone = {
  type: "task_completed",
  data: {
    task_name: "research",
    output: { description: "Find changes", raw: "#812", agent: "Researcher", output_format: "raw" },
  },
};
const shipped = { type: "notes_shipped", data: { to: "ops" } };

const lines = [
  "search_changelog was used",
  "research is done: #812",
  "notes_shipped is an event of the automation's own",
];

/** How a delivery reaches each example; returns the response's status. */
const examples: [string, (log: (line: string) => void) => Promise<Send>][] = [
  ["express", startExpress],
  ["hono", startHono],
  ["serverless", startServerless],
];
interface Send extends AsyncDisposable {
  send(delivery: Delivery): Promise<number>;
}

describe.each(examples)("%s", (_name, start) => {
  test("receives events, built-in and custom ones", async () => {
    const heard: string[] = [];
    await using receiver = await start((line) => heard.push(line));
    expect(await receiver.send(deliver(1, [toolUsed, taskDone, shipped]))).toBe(204);
    expect(heard).toEqual(lines);
  });

  test("accepts signatures with either secret during a rotation, and rejects anything else", async () => {
    const heard: string[] = [];
    await using receiver = await start((line) => heard.push(line));
    expect(await receiver.send(deliver(1, [toolUsed], [oldSecret]))).toBe(204);
    const forged = deliver(2, [taskDone]);
    expect(await receiver.send({ ...forged, body: forged.body.replace("#812", "#666") })).toBe(401);
    expect(await receiver.send({ ...forged, headers: { "content-type": "application/json" } })).toBe(401);
    expect(heard).toEqual([lines[0]]);
  });
});

test.each(examples.slice(0, 2))("%s handles an event once when it is sent again", async (_name, start) => {
  const heard: string[] = [];
  await using receiver = await start((line) => heard.push(line));
  for (const attempt of ["first", "again"]) {
    expect([attempt, await receiver.send(deliver(1, [toolUsed, taskDone]))]).toEqual([attempt, 204]);
  }
  expect(heard).toEqual(lines.slice(0, 2));
});

test("hono receives events in sequence, whichever delivery arrives first", async () => {
  const heard: string[] = [];
  await using receiver = await startHono((line) => heard.push(line));
  const later = receiver.send(deliver(3, [shipped]));
  const earlier = receiver.send(deliver(1, [toolUsed, taskDone]));
  expect(await Promise.all([later, earlier])).toEqual([204, 204]);
  expect(heard).toEqual(lines);
});

async function startExpress(log: (line: string) => void): Promise<Send> {
  const server = createExpressApp(`${secret},${oldSecret}`, log).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    send: async (delivery) => {
      const response = await fetch(`http://127.0.0.1:${port}/webhooks/crewstream`, { method: "POST", ...delivery });
      await response.arrayBuffer();
      return response.status;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function startHono(log: (line: string) => void): Promise<Send> {
  const app = createHonoApp(`${secret},${oldSecret}`, log);
  return {
    send: async (delivery) => (await app.request("/webhooks/crewstream", { method: "POST", ...delivery })).status,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function startServerless(log: (line: string) => void): Promise<Send> {
  const handler = createHandler(`${secret},${oldSecret}`, log);
  return {
    send: async ({ headers, body }) => {
      const encoded = { headers, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
      return (await handler(encoded)).statusCode;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
