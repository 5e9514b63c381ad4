import { createServer } from "node:net";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { loadConfig, variables, type Environment } from "@crewstream/service";
import { z } from "zod";

/** What `crewstream start` itself reads of the environment; its processes read the rest. */
const settingsSchema = variables
  .pick({ HOST: true, PORT: true, KEY_PREFIX: true, SHUTDOWN_TIMEOUT_MS: true })
  .extend({ DATA_DIR: z.string().default(".crewstream") });
export type Settings = z.output<typeof settingsSchema>;

/** @throws AppError `configuration` that lists every bad variable */
export function loadSettings(env: Environment): Settings {
  return loadConfig(settingsSchema, env);
}

/** Whether the environment names a Redis, so that none is started here. */
export function namesRedis(env: Environment): boolean {
  return ["REDIS_URL", "REDIS_CLUSTER_NODES", "REDIS_SENTINELS"].some((name) => Boolean(env[name]));
}

/** The URL at which a browser on this machine reaches the API. */
export function localUrl(host: string, port: number): string {
  const anyAddress = host === "0.0.0.0" || host === "::";
  const shown = anyAddress ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/**
 * Checks before anything is started whether the API's port is available.
 * @throws AppError `configuration` that says how to choose another port
 */
export async function assertPortFree({ HOST, PORT }: Pick<Settings, "HOST" | "PORT">): Promise<void> {
  const server = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(PORT, HOST, () => server.close(() => resolve(undefined)));
  });
  if (problem === undefined) return;
  const next = PORT === 65_535 ? 3000 : PORT + 1;
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${PORT} on ${HOST} is used by another program. Stop it, or choose another port: PORT=${next} npm start`,
    EACCES: `Port ${PORT} on ${HOST} cannot be opened by this user. Choose one above 1023: PORT=3000 npm start`,
    EADDRNOTAVAIL: `HOST=${HOST} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.`,
    ENOTFOUND: `HOST=${HOST} cannot be resolved. Use 127.0.0.1, or 0.0.0.0 for all.`,
  };
  throw new AppError(sentences[problem.code ?? ""] ?? `The API cannot listen on ${HOST}:${PORT}: ${problem.message}`, {
    code: ErrorCode.configuration,
  });
}
