import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { launch, type RunningProcess } from "@crewstream/cli";
import { setTimeout as pause } from "node:timers/promises";

export type ServiceName = "api" | "crew-worker" | "delivery-worker";

export const benchToken = "bench-token-0123456789abcdef";
export const benchPrefix = "bench";

/** One of our processes as in production, with defaults except for what a benchmark needs. */
export interface Service extends AsyncDisposable {
  name: ServiceName;
  pid: number;
  /** Where it serves `/readyz`, the API its routes as well. */
  url: string;
  /** From spawn to ready. */
  startedWithinMs: number;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Shared by our processes and by the publisher, which writes like a crew worker. */
export function serviceEnvironment(redisUrl: string, logLevel = "warn"): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    KEY_PREFIX: benchPrefix,
    API_TOKENS: benchToken,
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    WEBHOOK_SIGNING_SECRET: `whsec_${Buffer.alloc(32, 9).toString("base64")}`,
    WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8",
    WEBHOOK_TIMEOUT_MS: "5000",
    RATE_LIMIT_PER_MINUTE: "0",
    MAX_OPEN_RUNS_PER_TOKEN: "0",
    // A minute and a half: the keys of one measurement are gone before they affect the next ones.
    RETENTION_DAYS: "0.001",
    LOG_LEVEL: logLevel,
  };
}

/** Starts `apps/NAME/src/main.ts` and waits until it is ready. */
export async function startService(
  name: ServiceName,
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): Promise<Service> {
  const port = await freePort();
  const lines: string[] = [];
  const startedAt = performance.now();
  const running = await launch({
    command: process.execPath,
    args: [...nodeOptions, `apps/${name}/src/main.ts`],
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      ...env,
      PORT: String(port),
      HEALTH_PORT: String(port),
      // As in the image and in npm start.
      NODE_COMPILE_CACHE: `${root}/.crewstream/bench/compile-cache`,
      // It ends with the benchmark, however that ends.
      CREWSTREAM_SUPERVISED: "1",
    },
    ipc: true,
    onLine: (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(name, url, running, lines);
  return {
    name,
    url,
    pid: running.pid,
    startedWithinMs: performance.now() - startedAt,
    async [Symbol.asyncDispose]() {
      running.signal("SIGTERM");
      const timer = setTimeout(() => running.signal("SIGKILL"), 30_000);
      await running.exited;
      clearTimeout(timer);
    },
  };
}

async function untilReady(name: string, url: string, running: RunningProcess, lines: string[]): Promise<void> {
  let ended = false;
  void running.exited.then(() => (ended = true));
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (ended) throw new Error(`${name} ended before it was ready:\n${lines.join("\n")}`);
    await pause(10);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
