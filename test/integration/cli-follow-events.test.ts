import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, expect, test } from "vitest";
import { crewstream } from "../support/cli.ts";

let server: Server;
afterEach(() => server.close());

/** An event stream whose connections are cut as their scripts say. */
async function serve(
  scripts: readonly ((request: IncomingMessage, response: ServerResponse) => void)[],
): Promise<string> {
  let connection = 0;
  server = createServer((request, response) => {
    scripts[connection]?.(request, response);
    connection += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const message = (sequence: number): string => {
  const event = { id: `e${sequence}`, execution_id: "x", timestamp: "2026-01-01T00:00:00.000Z", type: "a" };
  return `id: ${sequence}\ndata: ${JSON.stringify({ ...event, data: { emission_sequence: sequence } })}\n\n`;
};
const stream = { "content-type": "text/event-stream" };

test("events --follow continues after the last event, across cuts in mid-event and restarts of the API", async () => {
  const asked: (string | undefined)[] = [];
  const note = (request: IncomingMessage): number => asked.push(request.headers["last-event-id"] as string | undefined);
  const url = await serve([
    (request, response) => {
      note(request);
      response.writeHead(200, stream).write(message(1) + message(2).slice(0, 20));
      setImmediate(() => request.socket.resetAndDestroy());
    },
    (request, response) => {
      note(request);
      response.writeHead(503, { "content-type": "application/json" }).end('{"error":"x","message":"away"}');
    },
    (request, response) => {
      note(request);
      response.writeHead(200, stream).end(`${message(2)}id: 9\n\n`);
    },
    (request, response) => {
      note(request);
      response.writeHead(200, stream).end(`${message(10)}event: end\ndata: {"state":"SUCCESS"}\n\n`);
    },
  ]);

  const env = { CREWSTREAM_URL: url, CREWSTREAM_TOKEN: "t" };
  const result = await crewstream(["events", "x", "--follow", "--json"], env, { cwd: tmpdir() });
  const ids = result.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids).toEqual(["e1", "e2", "e10"]);
  expect(asked).toEqual(["0", "1", "1", "9"]);
  expect(result).toMatchObject({ code: 0, stderr: "" });
});

test("a first connection that fails is not retried", async () => {
  const url = await serve([(_request, response) => response.writeHead(503).end()]);
  const env = { CREWSTREAM_URL: url, CREWSTREAM_TOKEN: "t" };
  const result = await crewstream(["events", "x", "--follow"], env, { cwd: tmpdir() });
  expect(result).toMatchObject({ code: 5, stdout: "" });
});
