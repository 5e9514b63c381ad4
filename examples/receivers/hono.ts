// A receiver on Hono, for Bun, Deno, Cloudflare Workers (with nodejs_compat) and Node. Events are handled in sequence.
import { env } from "node:process";
import { fetchReceiver, orderEvents } from "@crewstream/receiver";
import { Hono } from "hono";
import { handleEvent } from "./handle-event.ts";

/** `secrets` are the server's, comma-separated; `log` receives one line of text per event. */
export function createApp(secrets: string, log: (line: string) => void): Hono {
  // For a subscription to `*`: no missing event is skipped for a day, and what arrives too early is retried.
  const inOrder = orderEvents({ giveUpMs: 86_400_000 });
  const receive = fetchReceiver({ secrets: secrets.split(",") }, (delivery) =>
    inOrder(delivery, (event) => log(handleEvent(event))),
  );

  const app = new Hono();
  app.post("/webhooks/crewstream", (context) => receive(context.req.raw));
  return app;
}

export default createApp(env["WEBHOOK_SIGNING_SECRET"] ?? "", console.log);
