import { deliveryId } from "@crewstream/contracts";
import type { DeliveryRecord } from "@crewstream/redis";
import type { AttemptContext } from "../context.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import type { SendResult } from "./send.ts";

/**
 * Adds one attempt to its execution's trace. `send` gets the trace headers for the receiver: those of the attempt's own
 * span or, if tracing is off, those that came with the kickoff.
 */
export async function traceAttempt(
  { tracing }: Pick<AttemptContext, "tracing">,
  { address, origin, trace }: Pick<OpenedFeed, "address" | "origin" | "trace">,
  record: DeliveryRecord,
  send: (headers: Readonly<Record<string, string>>) => Promise<SendResult>,
): Promise<SendResult> {
  if (tracing === undefined) return send({ ...trace });
  const { hostname, port, protocol } = new URL(origin);
  const span = tracing.start({
    ...tracing.parentIn(trace),
    name: "POST webhook",
    kind: "client",
    // The URL's path and query may contain a receiver's key.
    attributes: {
      "http.request.method": "POST",
      "server.address": hostname,
      "server.port": Number(port === "" ? (protocol === "https:" ? 443 : 80) : port),
      "url.scheme": protocol.slice(0, -1),
      ...(record.attempts === 0 ? {} : { "http.request.resend_count": record.attempts }),
      "crewstream.execution.id": address.executionId,
      "crewstream.delivery.id": deliveryId({ ...address, first: record.first }),
      "crewstream.delivery.events": record.events,
    },
  });
  try {
    const result = await span.run(() => send({ ...span.context }));
    const { outcome } = result;
    if ("status" in outcome) span.set({ "http.response.status_code": outcome.status });
    span.end(outcome.kind === "delivered" ? {} : { error: outcome.kind });
    return result;
  } catch (error) {
    span.end({ error: "exception" });
    throw error;
  }
}
