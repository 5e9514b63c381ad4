import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { boundPort, closeServer, httpServer } from "./http-server.ts";

test("a connection that asks nothing does not hold a server open, and one that is being answered does", async () => {
  const answer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = httpServer((_request, response) => {
    asked.resolve();
    void answer.promise.then(() => response.end("done"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const silent = connect(boundPort(server), "127.0.0.1");
  await once(server, "connection");
  const text = fetch(`http://127.0.0.1:${boundPort(server)}/`).then((response) => response.text());
  await asked.promise;

  const closed = closeServer(server);
  await once(silent, "close");
  answer.resolve();
  expect(await text).toBe("done");
  await closed;
});
