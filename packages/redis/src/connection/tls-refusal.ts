import { once } from "node:events";
import { connect } from "node:tls";
import { tlsOptions, type RedisConfig } from "./access.ts";

const maxWaitMs = 3000;
/** A server that requires a client certificate reports that only after the handshake (TLS 1.3). */
const afterthoughtMs = 500;

/**
 * Why TLS with the first node of a Cluster, or the first Sentinel, fails. ioredis does not report it: it only says that
 * a connection was closed. Undefined if TLS works or is not used there.
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
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(maxWaitMs) });
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
