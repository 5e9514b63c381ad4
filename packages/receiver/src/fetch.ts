import { answerTo } from "./answer.ts";
import { bodyTooLarge, defaultMaxBytes, receiveDelivery, type ReceiverOptions } from "./delivery.ts";
import type { DeliveryHandler } from "./express.ts";

/**
 * A handler for every framework with `Request` and `Response` (Hono, Next.js, Bun, Deno, Workers): verifies, calls
 * `handle`, and responds 204. Invalid or unacceptable requests are answered (see `answerTo`); what `handle` throws is
 * rethrown, and becomes the framework's 500.
 */
export function fetchReceiver(
  options: ReceiverOptions,
  handle: DeliveryHandler,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const body = await readBody(request, options.maxBytes ?? defaultMaxBytes);
      await handle(receiveDelivery({ headers: request.headers, body }, options));
      return new Response(null, { status: 204 });
    } catch (error) {
      const refusal = answerTo(error);
      if (refusal === undefined) throw error;
      return new Response(refusal.body, { status: refusal.status, headers: refusal.headers });
    }
  };
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
