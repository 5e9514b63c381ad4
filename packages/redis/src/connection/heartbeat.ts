import type { Cluster, Redis } from "ioredis";

/**
 * What a connection is for. One that blocks answers nothing else while it waits; one that subscribes may hear nothing
 * for hours.
 */
export type ConnectionRole = "commands" | "subscriber" | "blocking";

/** The longest wait that a blocking command may ask for, in milliseconds. */
export const maxBlockMs = 10_000;

/** Time between two looks at a connection, in milliseconds. */
export const heartbeatMs = 2500;

/**
 * Looks in a row that find nothing new from Redis: after `ping` of them Redis is asked for a sign of life, after `dead`
 * the connection is replaced. That is within 10 to 12.5 s; of one that blocks, which is asked only when its wait must be
 * over, within 17.5 to 20 s. Looks are counted and not time: a process that was stopped or starved for a minute reads
 * what has come meanwhile before it takes anything for dead.
 */
const limits: Record<ConnectionRole, { ping: number; dead: number }> = {
  commands: { ping: 2, dead: 4 },
  subscriber: { ping: 2, dead: 4 },
  blocking: { ping: Math.ceil(maxBlockMs / heartbeatMs) + 1, dead: Math.ceil(maxBlockMs / heartbeatMs) + 3 },
};

/** One connection as it is watched. */
export interface Heartbeat {
  /** A look at it, every {@link heartbeatMs}. @returns whether Redis has said something since the last one */
  look(): boolean;
}

/** Called when a connection is given up. */
export type Report = (silentMs: number, server: string) => void;

/**
 * Watches each socket that a client to one server opens, from the handshake on: a peer that swallows what it is sent
 * without ending the connection (no FIN, no RST) is otherwise never found out, however long commands wait. What counts is
 * bytes from Redis, so a connection with traffic costs nothing.
 */
export function socketHeartbeat(redis: Redis, role: ConnectionRole, report: Report): Heartbeat {
  const { ping, dead } = limits[role];
  let socket: Redis["stream"] | undefined;
  let read = 0;
  let silent = 0;
  redis.on("connect", () => {
    socket = redis.stream;
    read = socket.bytesRead;
    silent = 0;
    if (role === "blocking") reportAbandoned(socket, report);
  });
  const replaceUnlessHeard = (suspect: Redis["stream"]): void => {
    if (suspect.destroyed || suspect.bytesRead !== read) return;
    if (role !== "blocking") report(silent * heartbeatMs, serverOf(suspect));
    // ioredis then reconnects, and sends again what waits for its answer if it may.
    suspect.destroy();
  };
  return {
    look() {
      if (socket === undefined || socket.destroyed) return false;
      if (socket.bytesRead !== read) {
        read = socket.bytesRead;
        silent = 0;
        return true;
      }
      silent += 1;
      if (silent === ping && redis.status === "ready") redis.ping().catch(() => undefined);
      // What has come while this process was held up is read before.
      if (silent >= dead) setImmediate(replaceUnlessHeard, socket);
      return false;
    },
  };
}

/** BullMQ itself gives up a blocking connection whose wait is not answered a second after its time, and does not say so. */
function reportAbandoned(socket: Redis["stream"], report: Report): void {
  const server = serverOf(socket);
  let heardAt = performance.now();
  let written = socket.bytesWritten;
  socket.on("data", () => {
    heardAt = performance.now();
    written = socket.bytesWritten;
  });
  socket.once("close", () => {
    const silentMs = Math.round(performance.now() - heardAt);
    if (silentMs > maxBlockMs + 500 && socket.bytesWritten > written) report(silentMs, server);
  });
}

/**
 * Watches the connection on which a client of a Cluster subscribes, which is ioredis's own and not to be got at: by
 * subscribing once more, to a channel on which nobody speaks.
 */
export function clusterSubscriberHeartbeat(cluster: Cluster, channel: string, report: Report): Heartbeat {
  const { ping, dead } = limits.subscriber;
  let silent = 0;
  let answered = false;
  let asked = 0;
  const ask = (): void => {
    asked += 1;
    const mine = asked;
    const answer = (): void => {
      if (mine === asked) answered = true;
    };
    // A refusal is an answer too: ioredis knows of what it refuses for, and reconnects.
    cluster.subscribe(channel).then(answer, answer);
  };
  return {
    look() {
      const heard = answered;
      silent = heard || cluster.status !== "ready" ? 0 : silent + 1;
      answered = false;
      if (silent === ping) ask();
      if (silent >= dead) {
        report(silent * heartbeatMs, "");
        silent = 0;
        asked += 1;
        // It subscribes again to all its channels when it has connected.
        cluster.disconnect(true);
      }
      return heard;
    },
  };
}

function serverOf(socket: Redis["stream"]): string {
  const { remoteAddress, remotePort } = socket as { remoteAddress?: string; remotePort?: number };
  return remoteAddress === undefined ? "" : `${remoteAddress}:${String(remotePort)}`;
}
