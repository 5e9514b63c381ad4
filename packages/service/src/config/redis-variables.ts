/** The variables with Redis's address and credentials; every process that connects picks them. */
export const redisVariables = {
  REDIS_URL: true,
  REDIS_CLUSTER_NODES: true,
  REDIS_SENTINELS: true,
  REDIS_SENTINEL_MASTER: true,
  REDIS_USERNAME: true,
  REDIS_PASSWORD: true,
  REDIS_SENTINEL_USERNAME: true,
  REDIS_SENTINEL_PASSWORD: true,
  REDIS_TLS: true,
  REDIS_SENTINEL_TLS: true,
  REDIS_TLS_CA_FILE: true,
  REDIS_TLS_CERT_FILE: true,
  REDIS_TLS_KEY_FILE: true,
  REDIS_TLS_SERVERNAME: true,
  REDIS_NAT_MAP: true,
} as const;
