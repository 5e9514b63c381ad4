import { answerTo } from "./answer.ts";
import { defaultMaxBytes, receiveDelivery, type ReceivedDelivery, type ReceiverOptions } from "./delivery.ts";
import { rawBody, type NodeRequest } from "./raw-body.ts";

/** Does the work of a delivery. When it resolves, the delivery is acknowledged; when it rejects, it is sent again. */
export type DeliveryHandler = (delivery: ReceivedDelivery) => unknown;

/** What is needed of a response of Node's, Express's or a relative's. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/**
 * Middleware for Express 4 and 5, Connect, and `node:http` (without `next`): reads the raw body itself, verifies, calls
 * `handle`, and answers 204. Mount it before `express.json()`. What is not ours or cannot be taken is answered (see
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
      // What is left of a body that was not read to its end must not be taken for the next request.
      if (!request.readableEnded) response.setHeader("connection", "close");
      response.end(refusal?.body);
    }
  };
}
