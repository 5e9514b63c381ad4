export { ensureRedisServer, type EnsureRedisOptions } from "./redis-server/install.ts";
export { findRedisServer, type RedisBinary } from "./redis-server/find.ts";
export { startPrivateRedis, type PrivateRedis, type PrivateRedisOptions } from "./redis-server/private-redis.ts";
export { launch, type LaunchOptions, type ProcessExit, type RunningProcess } from "./processes/running-process.ts";
