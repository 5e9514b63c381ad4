import type { IncomingMessage, ServerResponse } from "node:http";
import { errorMessage } from "@crewstream/contracts";
import { answerTo, receiveDelivery, type ReceivedDelivery } from "@crewstream/receiver";
import type { Paint } from "../logs/format-line.ts";
import { oneLine } from "../output/table.ts";
import { summarizeEvent } from "../watch/summarize-event.ts";

export interface ListenSettings {
  secrets: readonly string[];
  /** Status for a verified delivery. */
  status: number;
  /** How many attempts of each delivery get a 500 first. */
  failFirst: number;
  retryAfter?: string;
}

/** A received request, the delivery in it, and the response. */
export interface Received {
  status: number;
  path: string;
  problem?: string;
  delivery?: Pick<ReceivedDelivery, "id" | "attempt" | "executionId" | "events">;
}

/** Verifies a request and answers it as the settings say; never throws. */
export async function answerDelivery(
  request: IncomingMessage,
  response: ServerResponse,
  settings: ListenSettings,
): Promise<Received> {
  const path = request.url ?? "/";
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = { headers: request.headers, body: Buffer.concat(chunks) };
    const { id, attempt, executionId, events } = receiveDelivery(raw, { secrets: settings.secrets });
    const status = attempt <= settings.failFirst ? 500 : settings.status;
    const failed = status < 200 || status > 299;
    const headers = failed && settings.retryAfter !== undefined ? { "retry-after": settings.retryAfter } : {};
    response.writeHead(status, headers).end();
    return { status, path, delivery: { id, attempt, executionId, events } };
  } catch (error) {
    const answer = answerTo(error) ?? { status: 500, headers: {}, body: "" };
    if (!response.headersSent) response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
    return { status: answer.status, path, problem: errorMessage(error) };
  }
}

/** A heading for the request and a line for each of its events. */
export function describeReceived({ status, path, problem, delivery }: Received, paint: Paint): string {
  const answer = paint(status < 300 ? "green" : "red", String(status));
  if (delivery === undefined) return `${answer} ${oneLine(path)}  ${paint("red", oneLine(problem ?? ""))}\n`;
  const { id, attempt, events } = delivery;
  const heading = `${answer} ${paint("bold", oneLine(id))}  attempt ${attempt}  ${events.length} events\n`;
  const lines = events.map((event) => {
    const sequence = String(event.data.emission_sequence).padStart(6);
    const summary = oneLine(summarizeEvent(event)).slice(0, 160);
    return `${paint("gray", sequence)} ${paint("cyan", oneLine(event.type).padEnd(26))} ${summary}`.trimEnd();
  });
  return heading + lines.map((line) => `${line}\n`).join("");
}
