import { once } from "node:events";
import { connect } from "node:tls";
import { tlsOptions, type RedisConfig } from "./access.ts";

const patienceMs = 3000;
/** A server that wants a certificate of ours says so only after the handshake (TLS 1.3). */
const afterthoughtMs = 500;

/**
 * Why the first node of a Cluster, or the first Sentinel, and we do not agree on TLS. ioredis keeps it to itself: from
 * both it is heard only that a connection was closed. Undefined when they do agree, or TLS is not used there.
 */
export async function tlsRefusal(config: RedisConfig): Promise<string | undefined> {
  const { REDIS_CLUSTER_NODES, REDIS_SENTINELS, REDIS_TLS, REDIS_SENTINEL_TLS } = config;
  const [node] = REDIS_CLUSTER_NODES ?? REDIS_SENTINELS ?? [];
  const used = REDIS_CLUSTER_NODES === undefined ? (REDIS_SENTINEL_TLS ?? REDIS_TLS) : REDIS_TLS;
  if (node === undefined || used !== true) return undefined;
  const socket = connect({ host: node.host, port: node.port, ...tlsOptions(config) });
  socket.resume();
  const failed = once(socket, "error").then(([error]) => error as Error);
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(patienceMs) });
    const quiet = once(socket, "close", { signal: AbortSignal.timeout(afterthoughtMs) }).catch(() => undefined);
    const error = await Promise.race([failed, quiet]);
    return error instanceof Error ? error.message : undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    failed.catch(() => undefined);
    socket.destroy();
  }
}
