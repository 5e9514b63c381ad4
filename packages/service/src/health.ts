import { once } from "node:events";
import { boundPort, closeServer, httpServer } from "./http-server.ts";

export interface HealthCheck {
  set(ok: boolean): void;
}

/** A patient connection's ping waits until Redis is back; who asks for readiness waits for seconds only. */
const probeMs = 2000;

/** What `/readyz` answers. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
  /** For operators, of checks that fail and can say why. Nothing secret: the answer is readable without a token. */
  reasons?: Record<string, string>;
}

/**
 * What `/readyz` tells: a set of named checks, ready when all hold. And what `/healthz` tells: whether only a new process
 * would help.
 */
export class Health {
  readonly #checks = new Map<string, boolean>();
  readonly #probes = new Map<string, () => Promise<string | undefined>>();
  readonly #defects: (() => string | undefined)[] = [];

  /** Registers a check whose owner sets it as things change. */
  check(name: string, initially = false): HealthCheck {
    this.#checks.set(name, initially);
    return { set: (ok) => void this.#checks.set(name, ok) };
  }

  /**
   * Registers a check that is asked each time: for a sentence that says what is wrong, undefined when nothing is. One
   * that throws or takes two seconds counts as failed.
   */
  probe(name: string, ask: () => Promise<string | undefined>): void {
    this.#probes.set(name, ask);
  }

  /** Registers a look for what this process cannot recover from: a sentence, or undefined while there is nothing. */
  defect(look: () => string | undefined): void {
    this.#defects.push(look);
  }

  /** For liveness: what `/healthz` answers, and whether the process is fit to go on. */
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

function inTime(ask: () => Promise<string | undefined>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(`No answer within ${probeMs / 1000} s`), probeMs);
    void ask()
      .catch(() => "The check failed")
      .then((reason) => {
        clearTimeout(late);
        resolve(reason);
      });
  });
}

/** Serves a worker's `/healthz` (no restart is needed), `/readyz` (it can work) and `/metrics` (Prometheus text). */
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
