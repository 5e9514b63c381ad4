import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { readJson, writePrivateFile } from "../start/private-files.ts";
import { machineEnvironment } from "../start/process-environment.ts";
import { identifyProcess, isRunning, processIdentitySchema } from "../processes/identity.ts";
import { adopt, endProcess, launch, type RunningProcess } from "../processes/running-process.ts";
import { redisConfig } from "./config-file.ts";
import type { RedisBinary } from "./find.ts";
import { answersPing, type RedisAddress } from "./ping.ts";

/**
 * A private Redis on a loopback port with a password. TCP rather than a Unix socket: every client accepts the URL
 * unchanged, there is no path limit of 104 bytes, and it works on file systems without sockets.
 */
export interface PrivateRedis {
  /** As its administrator. */
  url: string;
  /** As one of the requested users. */
  urlOf: (user: string) => string;
  address: RedisAddress;
  process: RunningProcess;
  /** Whether it was already running, left behind by a killed start. */
  adopted: boolean;
}

export interface PrivateRedisOptions {
  /** Where its data, port and password are kept; created if missing. */
  dir: string;
  binary: RedisBinary;
  onLine?: (line: string) => void;
  /** Use exactly this port, because clients know it already. */
  port?: number;
  /** ACL rules of further users, by name; their passwords are generated. */
  users?: Readonly<Record<string, string>>;
  /** More directives of `redis.conf`, by name. */
  config?: Readonly<Record<string, string>>;
}

const instanceSchema = z.object({
  port: z.number().int(),
  password: z.string().min(1),
  /** Passwords of the users, by name. */
  users: z.record(z.string(), z.string()).default({}),
  process: processIdentitySchema.optional(),
});
type Instance = z.output<typeof instanceSchema>;

/** A port may be taken between the check and the bind; then another one is tried. */
const portAttempts = 5;

/** A Redis that was left behind may still be loading its file; one that never answers is killed and started again. */
const orphanAnswersWithinMs = 30_000;
const orphanStopsWithinMs = 10_000;

/** Starts the private Redis of a folder, or takes over one that is still running, and waits until it answers. */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = await readJson(join(dir, "instance.json"), instanceSchema);
  const adopted = known === undefined ? undefined : await adoptOrEnd(dir, known, options);
  if (adopted !== undefined) return adopted;

  const password = known?.password ?? newPassword();
  const names = Object.keys(options.users ?? {});
  const users = Object.fromEntries(names.map((name) => [name, known?.users[name] ?? newPassword()]));
  const lastLines: string[] = [];
  for (let attempt = 1; attempt <= portAttempts; attempt += 1) {
    const port = options.port ?? (await choosePort(attempt === 1 ? known?.port : undefined));
    const started = await tryToStart(dir, { port, password, users }, options, lastLines);
    if (started !== undefined) return started;
  }
  throw new AppError(`Redis does not start in ${dir}. It said:\n${lastLines.slice(-5).join("\n")}`, {
    code: ErrorCode.configuration,
  });
}

/** The one that was left behind, if it works and has the current configuration; otherwise it is stopped. */
async function adoptOrEnd(
  dir: string,
  known: Instance,
  options: PrivateRedisOptions,
): Promise<PrivateRedis | undefined> {
  const orphan = known.process;
  if (orphan === undefined || !isRunning(orphan)) return undefined;
  const configured = await readFile(join(dir, "redis.conf"), "utf8").catch(() => "");
  if (configured === configOf(dir, known, options)) {
    const giveUpAt = Date.now() + orphanAnswersWithinMs;
    const usable = await answersWhile(known, () => isRunning(orphan) && Date.now() < giveUpAt);
    if (usable) return describe(known, adopt(orphan), true);
  }
  await endProcess(orphan, orphanStopsWithinMs);
  return undefined;
}

/** Undefined if it ended before it answered, for example because its port was taken in the meantime. */
async function tryToStart(
  dir: string,
  instance: Instance,
  options: PrivateRedisOptions,
  lines: string[],
): Promise<PrivateRedis | undefined> {
  const configFile = join(dir, "redis.conf");
  await writePrivateFile(configFile, configOf(dir, instance, options));
  const running = await launch({
    command: options.binary.path,
    argv0: options.binary.argv0,
    args: [configFile],
    cwd: dir,
    env: machineEnvironment(process.env),
    onLine: (line) => {
      if (lines.length < 1000) lines.push(line);
      options.onLine?.(line);
    },
  });
  const identity = identifyProcess(running.pid);
  await writePrivateFile(join(dir, "instance.json"), JSON.stringify({ ...instance, process: identity }));
  const ended = running.exited.then(() => false);
  const answers = answersWhile(instance, () => identity !== undefined && isRunning(identity));
  return (await Promise.race([answers, ended])) ? describe(instance, running, false) : undefined;
}

function configOf(dir: string, instance: Instance, { users = {}, config }: PrivateRedisOptions): string {
  const withRules = Object.entries(users).map(
    ([name, rules]) => [name, { password: instance.users[name] ?? "", rules }] as const,
  );
  return redisConfig(dir, instance, Object.fromEntries(withRules), config);
}

function newPassword(): string {
  return randomBytes(24).toString("hex");
}

/** Pings until it answers, which may take a while if it loads a large file. */
async function answersWhile(address: RedisAddress, alive: () => boolean): Promise<boolean> {
  while (alive()) {
    if (await answersPing(address)) return true;
    await delay(20);
  }
  return false;
}

function describe({ port, password, users }: Instance, running: RunningProcess, adopted: boolean): PrivateRedis {
  const urlOf = (user: string): string => `redis://${user}:${users[user] ?? ""}@127.0.0.1:${port}`;
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    urlOf,
    address: { port, password },
    process: running,
    adopted,
  };
}

/** The previous port if it is still free, else any free one. */
async function choosePort(preferred: number | undefined): Promise<number> {
  return (preferred !== undefined && (await listenOnce(preferred))) || ((await listenOnce(0)) ?? 0);
}

/** Binds a port briefly (0: any free one) and returns its number; undefined if it is taken. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
