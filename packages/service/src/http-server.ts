import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { once } from "node:events";

/**
 * Connections over which nothing has been asked yet, as browsers open them ahead. `closeIdleConnections` takes them for
 * busy ones, and they would hold up a stop until its deadline.
 */
const silent = new WeakMap<Server, Set<Socket>>();

/** A server that {@link closeServer} can close at once when nobody is being answered. */
export function httpServer(listener: RequestListener): Server {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  silent.set(server, sockets);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", ({ socket }) => void sockets.delete(socket));
  return server;
}

/** The port a listening server was given. */
export function boundPort(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Stops accepting, ends idle and silent connections, and resolves when the last request has been answered. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const closeIdle = (): void => {
    server.closeIdleConnections();
    // Whoever has begun to ask is answered.
    for (const socket of silent.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  };
  closeIdle();
  // A connection that was busy is kept alive for seconds after its answer, and may bring another request.
  const sweep = setInterval(closeIdle, 50);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
  }
}
