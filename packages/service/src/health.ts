import { waitAtMost } from "@crewstream/contracts";
import { once } from "node:events";
import { boundPort, closeServer, httpServer } from "./http-server.ts";

export interface HealthCheck {
  set(ok: boolean): void;
}

/** A ping over a connection that retries forever waits until Redis is back; a readiness probe waits only seconds. */
const probeMs = 2000;

/** The body of `/readyz`. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
  /** For operators: why checks fail. Contains no secrets, as the response is readable without a token. */
  reasons?: Record<string, string>;
}

/**
 * Readiness for `/readyz`: a set of named checks, ready when all pass. And liveness for `/healthz`: whether only a restart
 * would help.
 */
export class Health {
  readonly #checks = new Map<string, boolean>();
  readonly #probes = new Map<string, () => Promise<string | undefined>>();
  readonly #defects: (() => string | undefined)[] = [];

  /** Registers a check whose owner sets its state. */
  check(name: string, initially = false): HealthCheck {
    this.#checks.set(name, initially);
    return { set: (ok) => void this.#checks.set(name, ok) };
  }

  /**
   * Registers a check that is called each time, and returns what is wrong, or undefined. A check
   * that throws or takes two seconds counts as failed.
   */
  probe(name: string, ask: () => Promise<string | undefined>): void {
    this.#probes.set(name, ask);
  }

  /** Registers a check for a state that this process cannot recover from: returns what is wrong, or undefined. */
  defect(look: () => string | undefined): void {
    this.#defects.push(look);
  }

  /** For liveness: the body of `/healthz`, and whether the process is healthy. */
  liveness(): { live: boolean; text: string } {
    const found = this.#defects.map((look) => look()).find((sentence) => sentence !== undefined);
    return { live: found === undefined, text: found ?? "ok" };
  }

  async report(): Promise<Readiness> {
    const asked = await Promise.all([...this.#probes].map(async ([name, ask]) => [name, await inTime(ask)] as const));
    const checks = Object.fromEntries([
      ...this.#checks,
      ...asked.map(([name, reason]) => [name, reason === undefined]),
    ]);
    const reasons = Object.fromEntries(asked.filter((each): each is [string, string] => each[1] !== undefined));
    const ready = Object.values(checks).every(Boolean);
    return { ready, checks, ...(Object.keys(reasons).length === 0 ? {} : { reasons }) };
  }
}

async function inTime(ask: () => Promise<string | undefined>): Promise<string | undefined> {
  const answer = await waitAtMost(
    ask().catch(() => "The check failed"),
    probeMs,
  );
  return answer === undefined ? `No answer within ${probeMs / 1000} s` : answer.value;
}

/** Serves a worker's `/healthz` (no restart is needed), `/readyz` (ready to work) and `/metrics` (Prometheus text). */
export async function serveHealth(options: {
  host: string;
  port: number;
  health: Health;
  metrics: () => Promise<{ contentType: string; body: string }>;
}): Promise<{ port: number } & AsyncDisposable> {
  const server = httpServer((request, response) => {
    const reply = (status: number, type: string, body: string) =>
      response.writeHead(status, { "content-type": type }).end(body);
    const path = request.url?.split("?")[0];
    if (path === "/healthz") {
      const { live, text } = options.health.liveness();
      return reply(live ? 200 : 503, "text/plain", text);
    }
    if (path === "/readyz") {
      return void options.health
        .report()
        .then((report) => reply(report.ready ? 200 : 503, "application/json", JSON.stringify(report)));
    }
    if (path === "/metrics")
      return void options.metrics().then(({ contentType, body }) => reply(200, contentType, body));
    return reply(404, "text/plain", "not found");
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  return { port: boundPort(server), [Symbol.asyncDispose]: () => closeServer(server) };
}
