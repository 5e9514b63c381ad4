import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ErrorCode, AppError } from "@crewstream/contracts";
import { withSecretFiles, type Environment } from "@crewstream/service";
import { addressFile } from "../api/connection.ts";
import type { LogView } from "../logs/log-view.ts";
import { ensureRedisServer } from "../redis-server/install.ts";
import { banner } from "./banner.ts";
import { startEmbeddedRedis, type EmbeddedRedis } from "./embedded-redis.ts";
import { askServed } from "./kickoff-command.ts";
import { writePrivateFile } from "./private-files.ts";
import { endLeftBehind } from "./process-list.ts";
import { firstToken, keepSecrets } from "./secrets.ts";
import { assertPortFree, loadSettings, localUrl, namesRedis, type Settings } from "./settings.ts";
import { acquireStartLock } from "./start-lock.ts";
import { System, type SystemOptions } from "./system.ts";

/** A process exits two seconds after its own deadline; this is slightly longer. */
const graceBeyondShutdownMs = 4000;

/** Maximum time from the first process's start until all are ready; beyond it something keeps failing. */
const readyWithinMs = 60_000;

export interface StartOptions {
  env: Environment;
  view: LogView;
  /** Starts the shutdown, even during startup. */
  stop: AbortSignal;
  /** Ends everything without draining. */
  kill: AbortSignal;
  /** The file that each process runs; replaced in tests. */
  entry?: SystemOptions["entry"];
}

/**
 * Runs everything on this machine until it is stopped: an embedded Redis unless one is configured, and the three
 * processes. When this resolves or throws, everything that it started has ended.
 * @throws AppError that says what to change
 */
export async function start({ env: given, view, stop, kill, entry }: StartOptions): Promise<void> {
  const env = withSecretFiles(given);
  const settings = loadSettings(env);
  const dataDir = settings.DATA_DIR;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  stack.use(await acquireStartLock(dataDir));

  const graceMs = settings.SHUTDOWN_TIMEOUT_MS + graceBeyondShutdownMs;
  const leftBehind = await endLeftBehind(join(dataDir, "processes.json"), graceMs);
  if (leftBehind > 0) view.say(`${leftBehind} processes left behind by an earlier start have ended`);
  await assertPortFree(settings);

  const secrets = await keepSecrets(join(dataDir, "secrets.json"), env);
  const redis = namesRedis(env) ? undefined : await embeddedRedis(stack, { env, settings, view, kill });
  if (stop.aborted) return;

  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const system = stack.use(
    new System({
      dataDir,
      view,
      graceMs,
      ...(entry === undefined ? {} : { entry }),
      env: (role) => ({
        RUNS_DIR: join(dataDir, "runs"),
        PYTHON_DIR: join(dataDir, "python"),
        ...env,
        ...forDevelopment(env),
        ...secrets,
        ...(redis === undefined ? {} : { REDIS_URL: redis.urlOf(role) }),
      }),
      onFatal: (role) => failed.reject(misconfigured(role)),
    }),
  );
  kill.addEventListener("abort", () => system.kill());
  const stopped = aborted(stop);
  const port = await Promise.race([system.start(), stopped, failed.promise, notReady()]);
  if (typeof port === "number") {
    const url = localUrl(settings.HOST, port);
    const found = await askServed(url, firstToken(secrets.API_TOKENS));
    const token = env["API_TOKENS"] ? undefined : firstToken(secrets.API_TOKENS);
    const facts = { url, token, dataDir, model: env["MODEL"] || undefined, ...found };
    const address = join(dataDir, addressFile);
    await writePrivateFile(address, JSON.stringify({ url }));
    stack.defer(() => rm(address, { force: true }));
    view.banner(banner(facts), { ...facts, inspector: `${url}/inspector/demo` });
    await Promise.race([stopped, failed.promise]);
  }
  view.say("Stopping: waiting for running work (press Ctrl-C again to kill)");
}

async function embeddedRedis(
  stack: AsyncDisposableStack,
  { env, settings, view, kill }: { env: Environment; settings: Settings; view: LogView; kill: AbortSignal },
): Promise<EmbeddedRedis> {
  const { DATA_DIR: dataDir, KEY_PREFIX: keyPrefix } = settings;
  const binary = await ensureRedisServer({ searchPath: env["PATH"] ?? "", say: view.say });
  const redis = stack.use(await startEmbeddedRedis({ dataDir, binary, view, keyPrefix }));
  kill.addEventListener("abort", () => redis.kill());
  view.say(`Redis ${binary.version} keeps its data in ${join(dataDir, "redis")}`);
  return redis;
}

/** Unlike in a deployment, webhooks may go to this machine, and there is an inspector. */
function forDevelopment(env: Environment): Environment {
  return {
    WEBHOOK_ALLOW_NETWORKS: env["WEBHOOK_ALLOW_NETWORKS"] ?? "127.0.0.0/8,::1/128",
    INSPECTOR: env["INSPECTOR"] ?? "1",
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined));
  });
}

function notReady(): Promise<never> {
  return new Promise((_, reject) => {
    const sentence = `Not ready within ${readyWithinMs / 1000} s: check the log above for the process that keeps failing.`;
    const error = new AppError(sentence, { code: ErrorCode.internal });
    setTimeout(() => reject(error), readyWithinMs).unref();
  });
}

function misconfigured(role: string): AppError {
  return new AppError(`The ${role} cannot run with this configuration: see the log above.`, {
    code: ErrorCode.configuration,
  });
}
