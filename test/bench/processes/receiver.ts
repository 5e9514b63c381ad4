import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { marksIn } from "../event-text.ts";
import { serveParent } from "../harness/messages.ts";
import { preciseNow, type Behaviour, type Received } from "../load.ts";
import { Arrivals } from "./arrivals.ts";

/** One in this many bodies is parsed to verify that it is `{"events":[…]}` with as many events as markers. */
const parsedEvery = 64;

const ports: { server: Server; port: number; behaviour: Behaviour }[] = [];
const runs = new Map<string, Arrivals>();
let requests = 0;

/** The benchmark's requests to the receiver. */
export const receiverHandlers = {
  /** Opens ports until there are `count`; returns their URLs. */
  async open({ count }: { count: number }): Promise<string[]> {
    while (ports.length < count) await openPort();
    return ports.slice(0, count).map(({ port }) => `http://127.0.0.1:${port}/hook`);
  },

  async behave({ index, behaviour }: { index: number; behaviour: Behaviour }): Promise<void> {
    const entry = ports[index];
    if (entry === undefined || entry.behaviour === behaviour) return;
    const was = entry.behaviour;
    entry.behaviour = behaviour;
    if (was === "refuse") await listen(entry);
    if (behaviour === "refuse") {
      entry.server.close();
      entry.server.closeAllConnections();
    }
  },

  /** Begins to track a run whose executions have `eventsEach` events each. */
  expect({ run, executions, eventsEach }: { run: string; executions: number; eventsEach: number }): void {
    runs.set(run, new Arrivals(executions, eventsEach));
  },

  /** Resolves when `events` distinct ones have arrived, or after `timeoutMs`. */
  async until({ run, events, timeoutMs }: { run: string; events: number; timeoutMs: number }): Promise<Received> {
    const arrivals = runs.get(run);
    if (arrivals === undefined) throw new Error(`run ${run} is not expected`);
    await arrivals.until(events, timeoutMs);
    return arrivals.report();
  },

  /** Number of events of a run that have arrived so far. */
  count({ run }: { run: string }): number {
    return runs.get(run)?.unique ?? 0;
  },

  forget({ run }: { run: string }): void {
    runs.delete(run);
  },
};

async function openPort(): Promise<void> {
  const index = ports.length;
  const server = createServer((request, response) => receive(index, request, response));
  server.keepAliveTimeout = 120_000;
  const entry = { server, port: 0, behaviour: "answer" as Behaviour };
  ports.push(entry);
  await listen(entry);
}

async function listen(entry: { server: Server; port: number }): Promise<void> {
  entry.server.listen(entry.port, "127.0.0.1", 1024);
  await once(entry.server, "listening");
  entry.port = (entry.server.address() as AddressInfo).port;
}

function receive(index: number, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  request.on("end", () => {
    if (ports[index]?.behaviour !== "answer") return;
    record(Buffer.concat(chunks).toString("latin1"));
    response.writeHead(200, { "content-length": "0" });
    response.end();
  });
}

function record(body: string): void {
  const now = preciseNow();
  let marks = 0;
  let arrivals: Arrivals | undefined;
  for (const mark of marksIn(body)) {
    marks += 1;
    arrivals = runs.get(mark.run);
    arrivals?.event(mark, now);
  }
  arrivals?.request(body.length, now);
  requests += 1;
  if (requests % parsedEvery !== 0) return;
  const { events } = JSON.parse(body) as { events: unknown[] };
  if (events.length !== marks) throw new Error(`a body has ${events.length} events and ${marks} marks`);
}

serveParent(receiverHandlers);
