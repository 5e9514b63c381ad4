import { join } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import type { Environment } from "@crewstream/service";
import { localApiUrl } from "../api/connection.ts";
import { isAtLeast } from "../redis-server/find.ts";
import { readJson } from "../start/private-files.ts";
import { secretsSchema, type Secrets } from "../start/secrets.ts";
import { askRedis } from "./ask-redis.ts";
import { automationFindings } from "./automation-findings.ts";
import { judge, type Finding } from "./finding.ts";
import { connectionFix, rootOf } from "./fix-connection.ts";
import { redisFindings } from "./redis-findings.ts";
import { secretFindings } from "./secret-findings.ts";

/** Checks everything that a deployment depends on; never throws. */
export async function examine(env: Environment): Promise<Finding[]> {
  const dataDir = env["DATA_DIR"] || ".crewstream";
  const [kept, redis, api] = await Promise.all([
    keptSecrets(dataDir),
    storeFindings(env, dataDir),
    apiFindings(env, dataDir),
  ]);
  return [nodeFinding(process.versions.node), ...secretFindings(withKept(env, kept)), ...redis, ...api];
}

function nodeFinding(version: string): Finding {
  return judge("Node", version, isAtLeast(version, "24.0.0"), {
    state: "bad",
    fix: "Run it through npm (npm start, npx crewstream …), which uses the Node 24 that npm install brought.",
  });
}

/** The environment, completed with the local deployment's values. */
function withKept(env: Environment, kept: Partial<Secrets>): Environment {
  return { ...kept, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value)) };
}

async function keptSecrets(dataDir: string): Promise<Partial<Secrets>> {
  return (await readJson(join(dataDir, "secrets.json"), secretsSchema)) ?? {};
}

async function storeFindings(env: Environment, dataDir: string): Promise<Finding[]> {
  try {
    const facts = await askRedis(env, dataDir);
    const workers = facts.served.reduce((most, { workers }) => Math.max(most, workers), 0);
    const served = facts.served.map(({ name }) => name).join(", ");
    return [
      ...redisFindings(facts),
      judge("Crew workers", workers === 0 ? "none alive" : `${workers}, serving ${served}`, workers > 0, {
        state: "warn",
        fix: "No run can start: start a crew worker, and check its log for errors in automations.",
      }),
      ...automationFindings(facts),
    ];
  } catch (error) {
    const found = errorMessage(rootOf(error));
    return [{ what: "Redis", state: "bad", found, fix: connectionFix(found) }];
  }
}

async function apiFindings(env: Environment, dataDir: string): Promise<Finding[]> {
  const url = env["CREWSTREAM_URL"] || (await localApiUrl(dataDir, env["PORT"]));
  const fix = "Start it with npm start, or set CREWSTREAM_URL.";
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) });
    const found = response.ok ? `ready at ${url}` : `${url} responds with ${response.status}: ${await response.text()}`;
    return [judge("API", found, response.ok, { state: "bad", fix: "Check its log to see what it is waiting for." })];
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [{ what: "API", state: "warn", found: `none at ${url} (${errorMessage(cause)})`, fix }];
  }
}
