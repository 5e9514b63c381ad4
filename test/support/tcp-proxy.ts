import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";

/** A client's connection and its counterpart, the connection to the server. */
interface Pair {
  client: Socket;
  server: Socket;
  silent: boolean;
}

/** A TCP proxy in front of a server on loopback, for network faults between a client and the server. */
export class TcpProxy implements AsyncDisposable {
  /** Added latency in each direction, in milliseconds. */
  latencyMs = 0;
  readonly #listener: Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();

  private constructor(listener: Server, target: number) {
    this.#listener = listener;
    this.#target = target;
    listener.on("connection", (client: Socket) => this.#serve(client));
  }

  /** @param target the server's port on 127.0.0.1 */
  static async start(target: number): Promise<TcpProxy> {
    const listener = createServer({ noDelay: true, allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new TcpProxy(listener, target);
  }

  get port(): number {
    const address = this.#listener.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /**
   * From now on swallows what is sent over the present connections, both ways, and ends none of them: no FIN, no RST.
   * The server keeps its halves, with the clients that block there. New connections work.
   * @returns how many fell silent
   */
  silence(): number {
    const loud = [...this.#pairs].filter(({ silent }) => !silent);
    for (const pair of loud) pair.silent = true;
    return loud.length;
  }

  /** Ends the present connections with an RST to both sides. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    await once(this.#listener, "close");
  }

  #serve(client: Socket): void {
    const server = connect({ port: this.#target, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const pair: Pair = { client, server, silent: false };
    this.#pairs.add(pair);
    this.#carry(pair, client, server);
    this.#carry(pair, server, client);
  }

  /** Forwards one direction, including its end, in order and delayed by the latency at arrival. */
  #carry(pair: Pair, from: Socket, to: Socket): void {
    const waiting: { due: number; act: () => void }[] = [];
    const work = (): void => {
      for (let next = waiting[0]; next !== undefined && next.due <= performance.now(); next = waiting[0]) {
        waiting.shift();
        if (!pair.silent) next.act();
      }
      if (waiting[0] !== undefined) setTimeout(work, Math.ceil(waiting[0].due - performance.now()));
    };
    const later = (act: () => void): void => {
      waiting.push({ due: performance.now() + this.latencyMs, act });
      if (waiting.length === 1) work();
    };
    from.on("data", (chunk: Buffer) => later(() => to.write(chunk)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => undefined);
    from.on("close", () => {
      later(() => to.destroy());
      if (to.destroyed) this.#pairs.delete(pair);
    });
  }
}
