import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { GatewayRun, refuse, type GatewayRunOptions } from "./gateway-run.ts";

/** A conversation with documents and pictures is smaller than this. */
const maxRequestBytes = 64 * 1024 * 1024;

/** A run that may call models through the gateway, until it is disposed. */
export interface OpenedRun extends Disposable {
  /** The address that replaces the providers' in the run's environment. It authorises requests for this run. */
  address: string;
  run: GatewayRun;
}

/**
 * Where Python runs call models: on loopback in the worker, which keeps the providers' keys and journals the responses.
 * The library's clients find it through their address variables, so that their retries, usage and events are unchanged.
 */
export class ModelGateway implements AsyncDisposable {
  readonly #server: Server;
  readonly #runs = new Map<string, GatewayRun>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ModelGateway> {
    const server = createServer();
    const gateway = new ModelGateway(server);
    server.on("request", (request, response) => void gateway.#serve(request, response));
    // A model may take any time before its first byte and between two.
    server.requestTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // It must not keep a worker alive that has nothing else to do.
    server.unref();
    return gateway;
  }

  open(options: GatewayRunOptions): OpenedRun {
    const token = randomBytes(24).toString("base64url");
    const ended = new AbortController();
    const run = new GatewayRun({ ...options, signal: AbortSignal.any([options.signal, ended.signal]) });
    this.#runs.set(token, run);
    const { port } = this.#server.address() as AddressInfo;
    return {
      address: `http://127.0.0.1:${port}/${token}`,
      run,
      [Symbol.dispose]: () => {
        this.#runs.delete(token);
        ended.abort(new AppError("The run's process has ended.", { code: ErrorCode.cancelled }));
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    const [, token = "", path = ""] = /^\/([\w-]+)(\/.*)$/.exec(request.url ?? "") ?? [];
    const run = this.#runs.get(token);
    const body = await bodyOf(request).catch(() => undefined);
    if (run === undefined) refuse(response, 401, "This address belongs to no run, or its run has ended.");
    else if (body === undefined) refuse(response, 413, `A request has at most ${maxRequestBytes} bytes.`);
    else await run.serve(path, { method: request.method ?? "GET", headers: request.headers, body }, response);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxRequestBytes) throw new AppError("too large", { code: ErrorCode.payloadTooLarge });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
