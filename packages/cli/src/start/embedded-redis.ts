import { join } from "node:path";
import { aclRules } from "@crewstream/redis";
import type { ProcessName } from "@crewstream/service";
import type { LogView } from "../logs/log-view.ts";
import { SupervisedProcess } from "../processes/supervised-process.ts";
import type { RedisBinary } from "../redis-server/find.ts";
import { startPrivateRedis } from "../redis-server/private-redis.ts";
import { roles } from "./system.ts";

/** The Redis that stores the data of `crewstream start`; restarted on the same port when it dies. */
export interface EmbeddedRedis extends AsyncDisposable {
  /** Its URL for a process, each of which has its own user. */
  urlOf: (process: ProcessName) => string;
  /** Ends it without waiting for `stop`: it still writes its file, which takes milliseconds. */
  kill: () => void;
}

/** Time to write its append-only file, even to a slow disk. */
const graceMs = 15_000;

/**
 * Starts it, or takes over the one that a killed start left behind.
 * @throws AppError `configuration` with Redis's own output if it does not start
 */
export async function startEmbeddedRedis(options: {
  dataDir: string;
  binary: RedisBinary;
  view: LogView;
  /** `KEY_PREFIX`. */
  keyPrefix: string;
}): Promise<EmbeddedRedis> {
  const dir = join(options.dataDir, "redis");
  const users = Object.fromEntries(roles.map((role) => [role, aclRules(role, options.keyPrefix)]));
  // Its routine log lines are shown only if it dies.
  const lastLines: string[] = [];
  const onLine = (line: string): void => {
    lastLines.push(line);
    if (lastLines.length > 5) lastLines.shift();
  };
  const first = await startPrivateRedis({ dir, binary: options.binary, users, onLine });
  if (first.adopted) options.view.say("Took over the Redis that an earlier start left behind");

  let next: typeof first | undefined = first;
  const supervised = new SupervisedProcess({
    name: "redis",
    say: options.view.say,
    launch: async (onReady) => {
      const redis =
        next ?? (await startPrivateRedis({ dir, binary: options.binary, users, onLine, port: first.address.port }));
      next = undefined;
      onReady();
      return redis.process;
    },
  });
  await supervised.start();
  return {
    urlOf: first.urlOf,
    kill: () => void supervised.stop(2000),
    [Symbol.asyncDispose]: () => supervised.stop(graceMs),
  };
}
