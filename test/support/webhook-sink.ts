import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { maxWaitMs } from "./eventually.ts";
import { pickReply, sendReply, type Reply, type Script, type SinkEvent, type SinkRequest } from "./sink-reply.ts";
import { WatchList } from "./watch-list.ts";

/**
 * A webhook receiver on a loopback port. It records every request and responds 200, or as its scripts say:
 * `sink.script("/a", [500, "reset", 200])`, `sink.script("/slow", "hang")`.
 */
export class WebhookSink implements AsyncDisposable {
  readonly #seen = new WatchList<SinkRequest>();
  readonly #scripts = new Map<string, Script>();
  readonly #perPath = new Map<string, number>();
  /** Replies to the next requests, whatever their path. */
  #next: Reply[] = [];
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<WebhookSink> {
    const sink = new WebhookSink();
    await sink.up();
    return sink;
  }

  /** The URL of a path on this sink, e.g. `sink.url("/hook")`. */
  url(path = "/"): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  /** How the requests to a path are answered from now on; the path `""` is for all without a script. */
  script(path: string, script: Script): this {
    this.#scripts.set(path, script);
    return this;
  }

  /** How the next request, to any path, is answered; then the scripts apply again. */
  answerNext(reply: Reply): this {
    this.#next.push(reply);
    return this;
  }

  /** All requests in order of arrival, or those to one path. */
  requests(path?: string): SinkRequest[] {
    return this.#seen.items.filter((request) => path === undefined || request.path === path);
  }

  /** Every event that was acknowledged with 2xx, in order of arrival, including repetitions. */
  events(path?: string): SinkEvent[] {
    return this.requests(path)
      .filter(({ status }) => status !== undefined && status >= 200 && status < 300)
      .flatMap((request) => request.events);
  }

  /** Resolves with the first `count` requests (to a path) once they are there and answered, held, hung or reset. */
  received(count: number, path?: string): Promise<SinkRequest[]> {
    return this.until(() => {
      const requests = this.requests(path);
      return requests.length >= count && requests.slice(0, count);
    });
  }

  /** Resolves when an event of this type has been acknowledged. */
  eventOfType(type: string, path?: string): Promise<SinkEvent> {
    return this.until(() => this.events(path).find((event) => event.type === type));
  }

  /**
   * Resolves when the predicate returns something other than `undefined` or `false`; it is checked after every
   * response.
   */
  until<T>(predicate: (sink: this) => T, limitMs = maxWaitMs): Promise<Exclude<T, undefined | false>> {
    return this.#seen.until(() => predicate(this), summarize, limitMs);
  }

  /** Starts to listen, after `down` on the same port as before. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#receive(request, response));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts every connection: requests are refused until `up`. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The sender was cut off in mid-request: it has not arrived.
    }
    const path = request.url ?? "/";
    const rawBody = Buffer.concat(chunks).toString("utf8");
    const nth = this.#perPath.get(path) ?? 0;
    this.#perPath.set(path, nth + 1);
    const seen: SinkRequest = {
      index: this.#seen.items.length,
      nth,
      method: request.method ?? "",
      path,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      rawBody,
      events: parseEvents(rawBody),
      status: undefined,
    };
    this.#seen.items.push(seen);
    const script = this.#scripts.get(path) ?? this.#scripts.get("");
    const reply = this.#next.shift() ?? pickReply(script, seen);
    if (typeof reply === "object" && "after" in reply) this.#seen.touch();
    seen.status = await sendReply(reply, request, response);
    this.#seen.touch();
  }
}

function parseEvents(rawBody: string): SinkEvent[] {
  try {
    const body = JSON.parse(rawBody) as { events?: SinkEvent[] };
    return Array.isArray(body.events) ? body.events : [];
  } catch {
    return [];
  }
}

/** One line per request, the last twenty: what a failed wait reports. */
function summarize(requests: readonly SinkRequest[]): string {
  const lines = requests.slice(-20).map(({ index, method, path, status, events }) => {
    const types = events.map(({ type }) => type).join(" ");
    return `  #${index} ${method} ${path} → ${status ?? "no answer"}: ${types.slice(0, 300)}`;
  });
  return `the sink saw ${requests.length} requests\n${lines.join("\n")}`;
}
