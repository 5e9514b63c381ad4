// A receiver as a serverless function: AWS Lambda behind a function URL or an HTTP API. Other hosts differ only in
// names.
import { Buffer } from "node:buffer";
import { env } from "node:process";
import { answerTo, receiveDelivery } from "@crewstream/receiver";
import { handleEvent } from "./handle-event.ts";

/** The parts of the host's event that matter here (payload format 2.0). */
interface HostEvent {
  headers: Record<string, string | undefined>;
  body?: string;
  isBase64Encoded: boolean;
}

interface HostAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}

/** `secrets` are the server's, comma-separated; `log` receives one line of text per event. */
export function createHandler(secrets: string, log: (line: string) => void) {
  return async ({ headers, body = "", isBase64Encoded }: HostEvent): Promise<HostAnswer> => {
    try {
      const raw = isBase64Encoded ? Buffer.from(body, "base64") : body;
      const { events } = receiveDelivery({ headers, body: raw }, { secrets: secrets.split(",") });
      // Instances share no memory: use `onceOnly` with a store of your own if an event must not be handled twice.
      for (const event of events) log(handleEvent(event));
      return { statusCode: 204 };
    } catch (error) {
      const refusal = answerTo(error);
      if (refusal === undefined) throw error;
      return { statusCode: refusal.status, headers: refusal.headers, body: refusal.body };
    }
  };
}

export const handler = createHandler(env["WEBHOOK_SIGNING_SECRET"] ?? "", console.log);
