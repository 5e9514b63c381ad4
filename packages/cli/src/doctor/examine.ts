import { join } from "node:path";
import { errorMessage, signingSecretSchema } from "@crewstream/contracts";
import type { Environment } from "@crewstream/service";
import { localApiUrl } from "../api/connection.ts";
import { isAtLeast } from "../redis-server/find.ts";
import { readJson } from "../start/private-files.ts";
import { secretsSchema, type Secrets } from "../start/secrets.ts";
import { askRedis } from "./ask-redis.ts";
import { judge, type Finding } from "./finding.ts";
import { mendConnection, rootOf } from "./mend-connection.ts";
import { redisFindings } from "./redis-findings.ts";

/** Looks at all that a deployment stands on; never throws. */
export async function examine(env: Environment): Promise<Finding[]> {
  const dataDir = env["DATA_DIR"] || ".crewstream";
  const [secrets, redis, api] = await Promise.all([
    secretFindings(env, dataDir),
    storeFindings(env, dataDir),
    apiFindings(env, dataDir),
  ]);
  return [nodeFinding(process.versions.node), ...secrets, ...redis, ...api];
}

function nodeFinding(version: string): Finding {
  return judge("Node", version, isAtLeast(version, "24.0.0"), {
    state: "bad",
    mend: "Run it through npm (npm start, npx crewstream …), which uses the Node 24 that npm install brought.",
  });
}

async function secretFindings(env: Environment, dataDir: string): Promise<Finding[]> {
  const kept: Partial<Secrets> = (await readJson(join(dataDir, "secrets.json"), secretsSchema)) ?? {};
  const list = (name: keyof Secrets): string[] => (env[name] || kept[name])?.split(",") ?? [];
  const make = "Make one with: npx crewstream secrets generate (npm start makes its own).";
  const keys = list("ENCRYPTION_KEY");
  const signing = list("WEBHOOK_SIGNING_SECRET");
  const describe = (count: number): string => (count === 0 ? "missing" : count === 1 ? "set" : `${count}, rotating`);
  return [
    judge("Encryption key", describe(keys.length), keys.length > 0 && keys.every(isKey), {
      state: "bad",
      mend: `ENCRYPTION_KEY must be base64 of 32 bytes. ${make}`,
    }),
    judge(
      "Signing secret",
      describe(signing.length),
      signing.length > 0 && signing.every((each) => signingSecretSchema.safeParse(each.trim()).success),
      { state: "bad", mend: `WEBHOOK_SIGNING_SECRET must be whsec_ and base64 of 24 to 64 bytes. ${make}` },
    ),
  ];
}

function isKey(text: string): boolean {
  return Buffer.from(text.trim(), "base64").length === 32;
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
        mend: "No run can start: start a crew worker, and see in its log whether it found its automations.",
      }),
    ];
  } catch (error) {
    const found = errorMessage(rootOf(error));
    return [{ what: "Redis", state: "bad", found, mend: mendConnection(found) }];
  }
}

async function apiFindings(env: Environment, dataDir: string): Promise<Finding[]> {
  const url = env["CREWSTREAM_URL"] || (await localApiUrl(dataDir, env["PORT"]));
  const mend = "Start it with npm start, or name it with CREWSTREAM_URL.";
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) });
    const found = response.ok ? `ready at ${url}` : `${url} answers ${response.status}: ${await response.text()}`;
    return [judge("API", found, response.ok, { state: "bad", mend: "See in its log what it waits for." })];
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [{ what: "API", state: "warn", found: `none at ${url} (${errorMessage(cause)})`, mend }];
  }
}
