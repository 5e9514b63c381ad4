import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeSpans, type CollectedSpan } from "./otlp-spans.ts";
import { WatchList } from "./watch-list.ts";

/** A trace collector on a loopback port: accepts OTLP/HTTP in protobuf, and stores every span. */
export class OtlpCollector implements AsyncDisposable {
  readonly #seen = new WatchList<CollectedSpan>();
  readonly #server: Server;
  /** The headers of every export. */
  readonly exports: Record<string, unknown>[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      if (request.method === "POST" && request.url === "/v1/traces") void this.#take(request, response);
      else response.writeHead(404).end();
    });
  }

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans(): readonly CollectedSpan[] {
    return this.#seen.items;
  }

  /** Resolves when the predicate returns something other than `undefined` or `false`. */
  until<T>(predicate: (spans: readonly CollectedSpan[]) => T): Promise<Exclude<T, undefined | false>> {
    return this.#seen.until(predicate, (spans) => spans.map(({ service, name }) => `  ${service}: ${name}`).join("\n"));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.exports.push(request.headers);
    for (const span of decodeSpans(await buffer(request))) this.#seen.push(span);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
