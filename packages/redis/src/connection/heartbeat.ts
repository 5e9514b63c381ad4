import type { Cluster, Redis } from "ioredis";

/**
 * What a connection is for. A blocking one answers nothing else while it waits; a subscribing one may receive nothing
 * for hours.
 */
export type ConnectionRole = "commands" | "subscriber" | "blocking";

/** The longest wait that a blocking command may request, in milliseconds. */
export const maxBlockMs = 10_000;

/** Interval between two checks of a connection, in milliseconds. */
export const heartbeatMs = 2500;

/**
 * Consecutive checks that find nothing new from Redis: after `ping` of them a PING is sent, after `dead` the connection
 * is replaced. That is within 10 to 12.5 s; for a blocking connection, which is pinged only when its wait must be over,
 * within 17.5 to 20 s. Checks are counted instead of time: a process that was suspended or starved for a minute reads
 * what has arrived meanwhile before it declares anything dead.
 */
const limits: Record<ConnectionRole, { ping: number; dead: number }> = {
  commands: { ping: 2, dead: 4 },
  subscriber: { ping: 2, dead: 4 },
  blocking: { ping: Math.ceil(maxBlockMs / heartbeatMs) + 1, dead: Math.ceil(maxBlockMs / heartbeatMs) + 3 },
};

/** One connection as it is watched. */
export interface Heartbeat {
  /** Checks it, every {@link heartbeatMs}. @returns whether Redis has sent something since the last check */
  check(): boolean;
}

/** Called when a connection is given up. */
export type Report = (silentMs: number, server: string) => void;

/**
 * Watches each socket that a client to one server opens, starting with the handshake: a peer that swallows what it is
 * sent without ending the connection (no FIN, no RST) would otherwise never be detected, however long commands wait.
 * Bytes from Redis are what counts, so watching a busy connection costs nothing.
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
    // ioredis then reconnects, and resends pending commands where it may.
    suspect.destroy();
  };
  return {
    check() {
      if (socket === undefined || socket.destroyed) return false;
      if (socket.bytesRead !== read) {
        read = socket.bytesRead;
        silent = 0;
        return true;
      }
      silent += 1;
      if (silent === ping && redis.status === "ready") redis.ping().catch(() => undefined);
      // What arrived while this process was blocked is read first.
      if (silent >= dead) setImmediate(replaceUnlessHeard, socket);
      return false;
    },
  };
}

/**
 * BullMQ itself gives up a blocking connection that is not answered a second after its timeout, without reporting it.
 */
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
 * Watches the connection on which a Cluster client subscribes. It is internal to ioredis, so it is tested by
 * subscribing to one more channel, to which nobody publishes.
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
    // A rejection is a reply too: ioredis handles its cause, and reconnects.
    cluster.subscribe(channel).then(answer, answer);
  };
  return {
    check() {
      const heard = answered;
      silent = heard || cluster.status !== "ready" ? 0 : silent + 1;
      answered = false;
      if (silent === ping) ask();
      if (silent >= dead) {
        report(silent * heartbeatMs, "");
        silent = 0;
        asked += 1;
        // It resubscribes to all its channels once it has connected.
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
