import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
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
 * A Redis of our own on a loopback port with a password. TCP and not a unix socket: every client takes the URL as it
 * is, there is no path limit of 104 bytes, and it works on file systems without sockets.
 */
export interface PrivateRedis {
  /** As its administrator. */
  url: string;
  /** As one of the users that were asked for. */
  urlOf: (user: string) => string;
  address: RedisAddress;
  process: RunningProcess;
  /** Whether it ran already, left behind by a start that was killed. */
  adopted: boolean;
}

export interface PrivateRedisOptions {
  /** Where its data, port and password are kept; made when missing. */
  dir: string;
  binary: RedisBinary;
  onLine?: (line: string) => void;
  /** Only this port will do, as when clients know it already. */
  port?: number;
  /** ACL rules of further users, by name; their passwords are made here. */
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

/** A port may be taken between looking and binding; then another is looked for. */
const portAttempts = 5;

/** A Redis left behind may still be reading its file; one that never answers is ended and started anew. */
const orphanAnswersWithinMs = 30_000;
const orphanStopsWithinMs = 10_000;

/** Starts the private Redis of a folder, or takes over the one that still serves it, and waits until it answers. */
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

/** The one that was left behind, if it serves and is configured as it would be now; one that is not is ended. */
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

/** Undefined when it ended before it answered, as it does on a port that was taken meanwhile. */
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

/** Asks until it answers; a Redis that reads a large file first takes its time. */
async function answersWhile(address: RedisAddress, alive: () => boolean): Promise<boolean> {
  while (alive()) {
    if (await answersPing(address)) return true;
    await pause(20);
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

/** The port of last time where it is still free, else any free one. */
async function choosePort(preferred: number | undefined): Promise<number> {
  return (preferred !== undefined && (await listenOnce(preferred))) || ((await listenOnce(0)) ?? 0);
}

/** Binds a port for a moment (0: one that is free) and gives its number; undefined when it is taken. */
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
