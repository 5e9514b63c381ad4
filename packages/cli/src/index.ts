export { environmentExample } from "./env-example.ts";
export { jsonView, type LogView } from "./logs/log-view.ts";
export { identifyProcess, type ProcessIdentity } from "./processes/identity.ts";
export { launch, type LaunchOptions, type ProcessExit, type RunningProcess } from "./processes/running-process.ts";
export { SupervisedProcess, type SupervisedOptions } from "./processes/supervised-process.ts";
export { findRedisServer, type RedisBinary } from "./redis-server/find.ts";
export { ensureRedisServer, type EnsureRedisOptions } from "./redis-server/install.ts";
export { startPrivateRedis, type PrivateRedis, type PrivateRedisOptions } from "./redis-server/private-redis.ts";
export { start, type StartOptions } from "./start/start.ts";
