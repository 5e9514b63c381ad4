import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expressReceiver, type ReceivedEvent } from "@crewstream/receiver";

// Starts a run through the API and checks that a receiver gets every event of it, signed and in order:
//   node deploy/try-image/check-delivery.ts API_URL RECEIVER_HOST AUTOMATION INPUTS_JSON
// API_TOKENS and WEBHOOK_SIGNING_SECRET are those of the deployment.

// Longer than any run of the examples with the offline model; a Python project takes a while to be imported first.
const maxWaitMs = 180_000;
const [api = "", host = "", automation = "", inputs = "{}"] = process.argv.slice(2);
// oxlint-disable-next-line no-process-env -- a script, whose secrets are not arguments
const { API_TOKENS: tokens = "", WEBHOOK_SIGNING_SECRET: secrets = "" } = process.env;
/** The first of them, which is a token alone or `name:token:scopes`. */
const [first = "", named] = (tokens.split(",")[0] ?? "").split(":");
const token = named ?? first;

async function call(path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(api + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  // Workers announce an automation some seconds after they can run it. The timer below ends the wait.
  if (response.status === 503) {
    await setTimeout(1000);
    return call(path, body);
  }
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

async function eventsOf(id: string): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await call(`/api/v1/executions/${id}/events?after=${after}&limit=500`);
    events.push(...(page["events"] as ReceivedEvent[]));
    after = page["next"] as number | null;
  }
  return events;
}

const received: ReceivedEvent[] = [];
const total = Promise.withResolvers<number>();
const receive = expressReceiver({ secrets }, ({ events, feedTotals }) => {
  received.push(...events);
  if (feedTotals !== undefined) total.resolve(feedTotals.events);
});
const server = createServer((request, response) => void receive(request, response, () => response.end())).listen(
  0,
  host,
);
await once(server, "listening");
const timer = globalThis.setTimeout(() => {
  process.stderr.write(`No last delivery within ${maxWaitMs / 1000} s; ${received.length} events arrived.\n`);
  process.exit(1);
}, maxWaitMs);

const { port } = server.address() as AddressInfo;
const { kickoff_id: id } = await call(`/automations/${automation}/kickoff`, {
  inputs: JSON.parse(inputs) as object,
  webhooks: { url: `http://${host}:${port}/`, events: ["*"], completion: true },
});
const events = await total.promise;
clearTimeout(timer);
server.close();
const { state, status } = await call(`/status/${String(id)}`);
assert.equal(state ?? status, "SUCCESS");
const stored = await eventsOf(String(id));
assert.deepEqual(
  received.map((event) => event.id),
  stored.map((event) => event.id),
);
assert.equal(received.length, events);
process.stdout.write(`${automation}: SUCCESS, ${events} events received, signed and in order\n`);
process.exit(0);
