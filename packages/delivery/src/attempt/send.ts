import type { ClientRequest, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { TimeoutError, type Got, type Request, type StreamOptions } from "got";
import { checkUrl, type AddressPolicy } from "@crewstream/service";
import { endWith } from "./cut-off.ts";
import { keptHeaders } from "./kept-headers.ts";
import { responseOutcome, type SendOutcome } from "./outcome.ts";
import { parseRetryAfter } from "./retry-policy.ts";

/** This much of a response body is read before the connection is closed… */
const readLimit = 16 * 1024;
/** …and this much of it is kept for the attempt log. */
const keptLimit = 2 * 1024;

export interface SendRequest {
  url: string;
  body: string;
  headers: Record<string, string>;
}

export interface SendContext {
  client: Got;
  policy: AddressPolicy;
  signal: AbortSignal;
}

/** What is known about a request that may have failed. */
interface Sent {
  request?: ClientRequest;
  /** Its status line and headers were complete. */
  response?: IncomingMessage;
  /** The last 1xx status, which is no final response. */
  informational?: number;
  /** The part of the body that had arrived but was not read when the connection failed. */
  unread?: Buffer;
}

interface Exchange {
  response: IncomingMessage;
  /** The beginning of the response body. */
  text: string;
}

export interface SendResult {
  outcome: SendOutcome;
  durationMs: number;
  /** The beginning of the response body. */
  response?: string;
  /** The beginning of the response headers, unless it is an acknowledgement. */
  headers?: Record<string, string>;
}

/**
 * One attempt: POSTs `body` and returns how it ended; never throws for anything that the network or the receiver does.
 * `signal` is the shutdown's: an attempt that it aborts is `cut_off`.
 */
export async function send(request: SendRequest, context: SendContext): Promise<SendResult> {
  const startedAt = performance.now();
  const result = (outcome: SendOutcome, response?: string, headers?: Record<string, string>): SendResult => ({
    outcome,
    durationMs: Math.round(performance.now() - startedAt),
    ...(response === undefined || response === "" ? {} : { response }),
    ...(headers === undefined ? {} : { headers }),
  });
  try {
    checkUrl(request.url, context.policy);
    const { response, text } = await exchange(request, context);
    const now = Date.now();
    const outcome = responseOutcome({
      status: response.statusCode ?? 0,
      delivery: header(response, "webhook-delivery"),
      retryAfterMs: parseRetryAfter(header(response, "retry-after"), now),
    });
    return result(outcome, text, outcome.kind === "delivered" ? undefined : keptHeaders(response.headers));
  } catch (error) {
    if (error instanceof InformationalOnly) return result({ kind: "rejected", status: error.status });
    return result(failureOutcome(error, request.url, context.signal));
  }
}

/** The receiver sent a 1xx status and no final response after it. */
class InformationalOnly extends Error {
  readonly status: number;

  constructor(status: number, cause: unknown) {
    super(`no final response after status ${status}`, { cause });
    this.status = status;
  }
}

/**
 * One request and its response. If a keep-alive connection turns out to be closed or out of sync (there are unexpected bytes
 * on it), that says nothing about the receiver: the request is sent once more, on a new connection, in the rest of the
 * attempt's time. If it was received after all, the receiver recognises it by its `webhook-id`.
 */
async function exchange(request: SendRequest, context: SendContext): Promise<Exchange> {
  const startedAt = performance.now();
  const first: Sent = {};
  try {
    return await post(request, context, {}, first);
  } catch (error) {
    if (first.request?.reusedSocket !== true || first.response !== undefined || !isStale(error)) throw error;
    const limit = context.client.defaults.options.timeout.request ?? 0;
    const left = Math.max(1, Math.round(limit - (performance.now() - startedAt)));
    return post(request, context, { agent: { http: false, https: false }, timeout: { request: left } }, {});
  }
}

async function post(
  { url, body, headers }: SendRequest,
  { client, signal }: SendContext,
  options: Pick<StreamOptions, "agent" | "timeout">,
  sent: Sent,
): Promise<Exchange> {
  const stream = client.stream.post(url, { ...options, body, headers });
  stream.once("request", (native: ClientRequest) => {
    sent.request = native;
    // Before got sees it: if the connection fails in the same packet, got emits the error before the response.
    native.prependOnceListener("response", (response) => {
      sent.response = response;
      // Decided before the response ends: then the agent reuses the connection.
      if (leavesBytes(response)) native.shouldKeepAlive = false;
    });
    native.prependOnceListener("error", () => {
      const unread = sent.response?.read() as Buffer | null | undefined;
      if (unread) sent.unread = unread;
    });
    native.on("information", ({ statusCode }) => (sent.informational = statusCode));
    native.once("upgrade", (response, socket) => {
      sent.response = response;
      socket.destroy();
      stream.destroy(new Error("The receiver asked to switch protocols."));
    });
  });
  using _shutdown = endWith(signal, stream);
  return await readResponse(stream, sent);
}

/** Whether bytes may follow that Node does not read as part of this response: they would be read as the next one. */
function leavesBytes({ statusCode = 0, headers }: IncomingMessage): boolean {
  const chunked = headers["transfer-encoding"] !== undefined;
  const length = headers["content-length"];
  if (statusCode < 200 || (chunked && length !== undefined)) return true;
  return (statusCode === 204 || statusCode === 304) && (chunked || Number(length ?? 0) !== 0);
}

/**
 * Reads a response to its end, or to the limit, where the connection is closed. Once the status line and headers are
 * complete, the outcome is known: a body that is invalid, incomplete or endless is read as far as possible and does not
 * change it. Listeners are used because an async iterator over the stream costs 7 % of a request (276 against 258 µs of
 * CPU, medians of 15 rounds, got 16.1, Node 24.21).
 */
function readResponse(stream: Request, sent: Sent): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (error: unknown): void => {
      const { response, informational, unread } = sent;
      if (response !== undefined) {
        if (unread !== undefined) chunks.push(unread);
        resolve({ response, text: Buffer.concat(chunks).subarray(0, keptLimit).toString("utf8") });
      } else reject(informational === undefined ? error : new InformationalOnly(informational, error));
    };
    stream.on("data", (chunk: Buffer) => {
      if (length < keptLimit) chunks.push(chunk);
      length += chunk.length;
      if (length <= readLimit) return;
      finish(undefined);
      stream.destroy();
    });
    stream.once("end", () => finish(new Error("The connection ended without a response.")));
    stream.on("error", finish);
  });
}

function isStale(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE" || (typeof code === "string" && code.startsWith("HPE_"));
}

function failureOutcome(error: unknown, url: string, signal: AbortSignal): SendOutcome {
  if (signal.aborted) return { kind: "cut_off" };
  if (error instanceof TimeoutError) return { kind: "timeout", reason: timeoutPhase(error, url) };
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  for (const candidate of [error, cause]) {
    if (AppError.is(candidate, ErrorCode.forbiddenAddress) || AppError.is(candidate, ErrorCode.invalidInput)) {
      return { kind: "forbidden", reason: candidate.message };
    }
  }
  const code = (error as { code?: unknown }).code;
  return { kind: "unreachable", reason: typeof code === "string" ? code : errorMessage(error) };
}

/** The phase of an attempt that timed out, as got names it: lookup, connect, secureConnect, send or response. */
function timeoutPhase({ event, timings }: TimeoutError, url: string): string {
  if (event !== "request") return event;
  const { protocol, hostname } = new URL(url);
  // got sets no time for a lookup that was not needed until the connection is established.
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
  if (timings.connect === undefined) return timings.lookup === undefined && !isAddress ? "lookup" : "connect";
  if (protocol === "https:" && timings.secureConnect === undefined) return "secureConnect";
  return timings.upload === undefined ? "send" : "response";
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
