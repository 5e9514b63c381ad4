import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import express from "express";
import { Redis } from "ioredis";
import { serveParent } from "../harness/messages.ts";

/** The minimum cost of a kickoff: an Express route that parses JSON and adds one BullMQ job. */
const queue = new Queue("bare-kickoffs", {
  connection: new Redis(process.env["REDIS_URL"] ?? "", { maxRetriesPerRequest: null }),
});
const app = express();
app.disable("x-powered-by");
app.post("/kickoff", express.json(), (request, response, next) => {
  void queue
    .add("run", request.body, { removeOnComplete: true })
    .then((job) => response.json({ kickoff_id: job.id }), next);
});
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");

/** The benchmark's requests to the bare route. */
export const bareKickoffHandlers = {
  url(_: object): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};

serveParent(bareKickoffHandlers);
