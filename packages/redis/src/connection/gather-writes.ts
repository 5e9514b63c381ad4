import type { Cluster, Redis } from "ioredis";

/**
 * Sends the commands that a client issues in one turn of the event loop with one write to the socket. ioredis writes
 * each separately, and a write is a system call: in a delivery worker that sends in real time they took a fifth of the
 * CPU, and Redis read and answered as often. ioredis's own `enableAutoPipelining` batches too, but it holds back all
 * commands until the previous ones have been answered.
 */
export function gatherWrites(client: Redis | Cluster): void {
  if ("nodes" in client) {
    client.on("+node", (node: Redis) => gatherWrites(node));
    return;
  }
  client.on("connect", () => corkPerTurn(client.stream));
}

/** Corks a socket at its first write of a turn, until everything in that turn has been handled. */
function corkPerTurn(socket: Redis["stream"]): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  socket.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(uncork);
    }
    return write(...args);
  };
}
