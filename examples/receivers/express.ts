// A receiver on Express. Run it: WEBHOOK_SIGNING_SECRET=whsec_… npx node examples/receivers/express.ts
import { env } from "node:process";
import { expressReceiver, memorySeenStore, onceOnly } from "@crewstream/receiver";
import express, { type Express } from "express";
import { handleEvent } from "./handle-event.ts";

/** `secrets` are the server's, comma-separated; `log` receives one line of text per event. */
export function createApp(secrets: string, log: (line: string) => void): Express {
  const once = onceOnly({ store: memorySeenStore() });
  const app = express();

  // Before express.json(): the signature covers the raw bytes.
  app.post(
    "/webhooks/crewstream",
    expressReceiver({ secrets: secrets.split(",") }, async ({ events }) => {
      for (const event of events) await once(event.id, () => log(handleEvent(event)));
    }),
  );

  app.use(express.json());
  return app;
}

if (import.meta.main) {
  const app = createApp(env["WEBHOOK_SIGNING_SECRET"] ?? "", console.log);
  app.listen(4000, () => console.log("http://127.0.0.1:4000/webhooks/crewstream"));
}
