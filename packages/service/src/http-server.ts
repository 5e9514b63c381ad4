import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { once } from "node:events";

/**
 * Connections without a request yet, as browsers preconnect. `closeIdleConnections` considers them
 * busy, and they would delay a shutdown until its deadline.
 */
const silent = new WeakMap<Server, Set<Socket>>();

/** A server that {@link closeServer} can close at once when no request is in progress. */
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

/** The port a server is listening on. */
export function boundPort(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Stops accepting, closes idle and unused connections, and resolves when the last request has been answered. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const closeIdle = (): void => {
    server.closeIdleConnections();
    // Requests that have begun are answered.
    for (const socket of silent.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  };
  closeIdle();
  // A keep-alive connection stays open for seconds after its response, and may carry another request.
  const sweep = setInterval(closeIdle, 50);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
  }
}
