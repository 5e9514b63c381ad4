import { answerTo } from "./answer.ts";
import { defaultMaxBytes, receiveDelivery, type ReceivedDelivery, type ReceiverOptions } from "./delivery.ts";
import { rawBody, type NodeRequest } from "./raw-body.ts";

/** Processes a delivery. When it resolves, the delivery is acknowledged; when it rejects, it is retried. */
export type DeliveryHandler = (delivery: ReceivedDelivery) => unknown;

/** The parts of a Node or Express response that are needed. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/**
 * Middleware for Express 4 and 5, Connect, and `node:http` (without `next`): reads the raw body itself, verifies, calls
 * `handle`, and responds 204. Mount it before `express.json()`. Invalid or unacceptable requests are answered (see
 * `answerTo`); what `handle` throws goes to `next`, or is answered with 500.
 */
export function expressReceiver(
  options: ReceiverOptions,
  handle: DeliveryHandler,
): (request: NodeRequest, response: NodeResponse, next?: (error: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const body = await rawBody(request, options.maxBytes ?? defaultMaxBytes);
      await handle(receiveDelivery({ headers: request.headers, body }, options));
      response.statusCode = 204;
      response.end();
    } catch (error) {
      const refusal = answerTo(error);
      if (refusal === undefined && next !== undefined) {
        next(error);
        return;
      }
      response.statusCode = refusal?.status ?? 500;
      for (const [name, value] of Object.entries(refusal?.headers ?? {})) response.setHeader(name, value);
      // The rest of a body that was not read to its end must not be parsed as the next request.
      if (!request.readableEnded) response.setHeader("connection", "close");
      response.end(refusal?.body);
    }
  };
}
