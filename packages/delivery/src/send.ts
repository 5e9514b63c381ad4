import type { IncomingMessage } from "node:http";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { TimeoutError, type Got } from "got";
import { checkUrl, type AddressPolicy } from "@crewstream/service";
import { endWith } from "./cut-off.ts";
import { answerOutcome, type SendOutcome } from "./outcome.ts";
import { parseRetryAfter } from "./retry-policy.ts";

/** Of an answer, this much is read before the connection is dropped… */
const readLimit = 16 * 1024;
/** …and this much of its beginning is kept for the attempt log. */
const keptLimit = 2 * 1024;

export interface SendResult {
  outcome: SendOutcome;
  durationMs: number;
  /** The beginning of the answer's body. */
  response?: string;
}

/**
 * One attempt: POSTs `body` and says how it ended; never throws for what the network or the receiver do.
 * `signal` is the shutdown's: an attempt that it ends is `cut_off`.
 */
export async function send(
  request: { url: string; body: string; headers: Record<string, string> },
  context: { client: Got; policy: AddressPolicy; signal: AbortSignal },
): Promise<SendResult> {
  const startedAt = performance.now();
  const result = (outcome: SendOutcome, response?: string): SendResult => ({
    outcome,
    durationMs: Math.round(performance.now() - startedAt),
    ...(response === undefined || response === "" ? {} : { response }),
  });
  try {
    checkUrl(request.url, context.policy);
    const stream = context.client.stream.post(request.url, {
      body: request.body,
      headers: request.headers,
    });
    using _shutdown = endWith(context.signal, stream);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      stream.once("response", resolve);
      stream.once("error", reject);
    });
    const text = await readCapped(stream);
    const now = Date.now();
    const outcome = answerOutcome({
      status: response.statusCode ?? 0,
      delivery: header(response, "webhook-delivery"),
      retryAfterMs: parseRetryAfter(header(response, "retry-after"), now),
    });
    return result(outcome, text);
  } catch (error) {
    return result(failureOutcome(error, context.signal));
  }
}

/** Reads to the end, or to the limit, after which leaving the loop destroys the stream and its connection. */
async function readCapped(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (length < keptLimit) chunks.push(chunk);
    length += chunk.length;
    if (length > readLimit) break;
  }
  return Buffer.concat(chunks).subarray(0, keptLimit).toString("utf8");
}

function failureOutcome(error: unknown, signal: AbortSignal): SendOutcome {
  if (signal.aborted) return { kind: "cut_off" };
  if (error instanceof TimeoutError) return { kind: "timeout", reason: error.event };
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  for (const candidate of [error, cause]) {
    if (AppError.is(candidate, ErrorCode.forbiddenAddress) || AppError.is(candidate, ErrorCode.invalidInput)) {
      return { kind: "forbidden", reason: candidate.message };
    }
  }
  const code = (error as { code?: unknown }).code;
  return { kind: "unreachable", reason: typeof code === "string" ? code : errorMessage(error) };
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
