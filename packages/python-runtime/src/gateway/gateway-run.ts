import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { errorMessage } from "@crewstream/contracts";
import type { Journal } from "@crewstream/crew";
import { z } from "zod";
import { answerOffline } from "./offline.ts";
import { addressOf, gatewayProviders, keyOf, placeholderKey, type GatewayProvider } from "./providers.ts";
import { askUpstream, type ModelRequest } from "./upstream.ts";

/** A larger response is passed on and not stored: it would be requested again. */
const maxKeptBytes = 16 * 1024 * 1024;
/** A response that is not a stream is buffered whole, up to this size. */
const maxHeldBytes = 1024 * 1024;
/** A status that clients do not retry: their retries are for other statuses. */
const notRetried = 400;

const keptSchema = z.object({ status: z.number(), type: z.string(), text: z.string() });
type Kept = z.output<typeof keptSchema>;

export interface GatewayRunOptions {
  journal: Journal;
  /** The environment with the providers' keys and addresses. */
  env: Readonly<Record<string, string | undefined>>;
  /** Who responds: `always` the offline model, `unkeyed` only for providers without a key, or `never`. */
  offline: "always" | "unkeyed" | "never";
  /** Ends pending requests: the run is over, cancelled, or continues elsewhere. */
  signal: AbortSignal;
}

/** The model calls of one run: sent to their provider once, and answered from the journal on replay. */
export class GatewayRun {
  readonly #options: GatewayRunOptions;
  readonly #ordinals = new Map<string, number>();
  #answered = 0;

  constructor(options: GatewayRunOptions) {
    this.#options = options;
  }

  /** Number of requests that got a response that a client accepts. */
  get answered(): number {
    return this.#answered;
  }

  /** Responds to a request for `/PROVIDER/path?query`. */
  async serve(path: string, asked: ModelRequest, response: ServerResponse): Promise<void> {
    const [, name = "", rest = ""] = /^\/([^/?]+)(.*)$/.exec(path) ?? [];
    const provider = gatewayProviders.find((each) => each.name === name);
    if (provider === undefined) {
      refuse(response, 404, `There is no provider ${name} behind this address.`);
      return;
    }
    const row = this.#place(name, rest, asked);
    const kept = keptSchema.safeParse(this.#options.journal.read(row)?.value);
    if (kept.success) {
      this.#answered += 1;
      response.writeHead(kept.data.status, { "content-type": kept.data.type }).end(kept.data.text);
      return;
    }
    try {
      await this.#ask(provider, rest, asked, row, response);
    } catch (error) {
      const { signal } = this.#options;
      if (response.headersSent) response.destroy();
      else if (signal.aborted) refuse(response, notRetried, `The run has ended: ${errorMessage(signal.reason)}`);
      else refuse(response, 502, `${name} could not be called: ${errorMessage(error)}`);
    }
  }

  /**
   * By request, and by the number of such requests before it: parallel calls may arrive in another order on each
   * replay.
   */
  #place(provider: string, path: string, { body }: ModelRequest): string {
    const digest = createHash("sha256").update(`${provider}${path}\n`).update(body).digest("base64url").slice(0, 32);
    const ordinal = (this.#ordinals.get(digest) ?? 0) + 1;
    this.#ordinals.set(digest, ordinal);
    return `llm:${digest}:${ordinal}`;
  }

  async #ask(
    provider: GatewayProvider,
    path: string,
    asked: ModelRequest,
    row: string,
    response: ServerResponse,
  ): Promise<void> {
    const { env, offline, signal } = this.#options;
    const key = keyGiven(asked) ?? keyOf(provider, env);
    if (provider.name === "openai" && (offline === "always" || (offline === "unkeyed" && key === undefined))) {
      const answer = await answerOffline(path.split("?")[0] ?? "", asked.body);
      if (answer === undefined) refuse(response, notRetried, `offline/demo does not know ${path}.`);
      else await this.#finish(row, { status: 200, ...answer }, response);
      return;
    }
    if (key === undefined) {
      const [variable] = provider.keys;
      refuse(response, 401, `${provider.name} needs ${variable}: set it for the crew worker or in the project's .env.`);
      return;
    }
    const url = addressOf(provider, env) + path;
    await this.#pass(
      await askUpstream(url, asked, { authentication: provider.authenticate(key), signal }),
      row,
      response,
    );
  }

  /**
   * Passes a response on while it arrives. Its end waits until all of it is stored: a client that has it must not ask
   * again.
   */
  async #pass(upstream: IncomingMessage, row: string, response: ServerResponse): Promise<void> {
    const { statusCode: status = 502, headers } = upstream;
    const type = headers["content-type"] ?? "application/json";
    const retry = headers["retry-after"];
    response.writeHead(status, { "content-type": type, ...(retry === undefined ? {} : { "retry-after": retry }) });
    const chunks: Buffer[] = [];
    let size = 0;
    let held = Buffer.alloc(0);
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      held = Buffer.concat([held, chunk]);
      const end = passable(held);
      if (end > 0) await write(response, held.subarray(0, end));
      held = held.subarray(end);
      size += chunk.length;
      if (size <= maxKeptBytes) chunks.push(chunk);
    }
    if (status < 300 && size <= maxKeptBytes) {
      await this.#keep(row, { status, type, text: Buffer.concat(chunks).toString("utf8") });
    }
    if (status < 300) this.#answered += 1;
    response.end(held);
  }

  async #finish(row: string, kept: Kept, response: ServerResponse): Promise<void> {
    await this.#keep(row, kept);
    this.#answered += 1;
    response.writeHead(kept.status, { "content-type": kept.type }).end(kept.text);
  }

  #keep(row: string, value: Kept): Promise<void> {
    return this.#options.journal.write(row, { kind: "llm", value });
  }
}

/** A key from the project's own code, instead of ours. */
function keyGiven({ headers }: ModelRequest): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  const given = bearer ?? headers["x-api-key"] ?? headers["x-goog-api-key"];
  return typeof given === "string" && given !== placeholderKey && given !== "" ? given : undefined;
}

/**
 * How much of the received data may be passed on: all but the last event of a stream, or the last bytes of a long text.
 */
function passable(held: Buffer): number {
  for (const gap of ["\n\n", "\r\n\r\n"]) {
    const lastEvent = held.lastIndexOf(gap, Math.max(0, held.length - gap.length - 1));
    if (lastEvent >= 0) return lastEvent + gap.length;
  }
  return held.length > maxHeldBytes ? held.length - 1 : 0;
}

/** Writes, and waits while the child does not read; a child that is gone does not delay the rest of the response. */
async function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  if (response.destroyed || response.write(chunk)) return;
  await Promise.race([once(response, "drain"), once(response, "close")]);
}

/** An error in a form that clients of any provider show. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ error: { message, type: "crewstream", code: null } });
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}
