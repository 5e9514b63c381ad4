import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentExample } from "@crewstream/cli";
import {
  environmentTable,
  isSecretVariable,
  loadConfig,
  processVariables,
  Secret,
  secretFileVariables,
  variables,
} from "@crewstream/service";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers, not by a process's configuration. */
const elsewhere = new Set(["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"]);
const key = Buffer.alloc(32, 1).toString("base64");
const signingSecret = `whsec_${key}`;
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("the table of docs/configuration.md is what `npm run docs` would write now", () => {
  const table = /<!-- environment: [^\n]*-->\n([\s\S]*?)\n<!-- \/environment -->/.exec(
    read("docs/configuration.md"),
  )?.[1];
  expect(table).toBe(environmentTable());
});

test(".env.example is what `npm run docs` would write now, and uncommented it is accepted", () => {
  const example = read(".env.example");
  expect(example).toBe(environmentExample());
  const shown = [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""] as const);
  expect(Object.keys(variables.shape).filter((name) => !shown.some(([each]) => each === name))).toEqual([]);
  const required = { ENCRYPTION_KEY: key, WEBHOOK_SIGNING_SECRET: signingSecret };
  expect(() => loadConfig(variables, { ...Object.fromEntries(shown), ...required })).not.toThrow();
});

test("every secret variable is kept out of the environment, and no process needs them all", () => {
  const samples = ["x", key, signingSecret];
  const hidden = Object.entries(variables.shape).filter(([, field]) =>
    samples.some((text) => [field.safeParse(text).data].flat().some((value) => value instanceof Secret)),
  );
  expect(hidden.length).toBeGreaterThan(4);
  expect(hidden.map(([name]) => name).filter((name) => !isSecretVariable(name))).toEqual([]);
  expect(Object.keys(processVariables["crew-worker"]).filter(isSecretVariable)).toEqual([
    "REDIS_URL",
    "REDIS_PASSWORD",
    "REDIS_SENTINEL_PASSWORD",
  ]);
  const read = new Set(Object.values(processVariables).flatMap((names) => Object.keys(names)));
  expect(Object.keys(variables.shape).filter((name) => !read.has(name))).toEqual([]);
});

test("docs/configuration.md names every secret that may come from a file", () => {
  const page = read("docs/configuration.md");
  expect(secretFileVariables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

interface ComposeService {
  environment: Record<string, string>;
  command: string[];
  volumes?: string[];
  secrets?: string[];
}
const composeFiles = ["docker-compose.yml", "deploy/compose.production.yml"];
const servicesOf = (path: string): Record<string, ComposeService> =>
  (parse(read(path), { merge: true }) as { services: Record<string, ComposeService> }).services;

test.each(composeFiles)("%s gives each service only variables that it reads, and requires the secrets", (path) => {
  const services = servicesOf(path);
  for (const [name, own] of Object.entries(processVariables)) {
    const { environment = {}, volumes = [], secrets = [] } = services[name] ?? {};
    const models = name === "crew-worker" ? elsewhere : new Set();
    // OpenTelemetry's are a standard.
    const given = Object.keys(environment).filter((each) => !models.has(each) && !each.startsWith("OTEL_"));
    expect(given.filter((each) => !(each.replace(/(?<!CA)_FILE$/, "") in own))).toEqual([]);
    const needed = ["API_TOKENS", "ENCRYPTION_KEY", "WEBHOOK_SIGNING_SECRET", "REDIS_PASSWORD"];
    const required = needed.filter(
      (secret) =>
        environment[secret]?.includes(`\${${secret}:?`) === true ||
        secrets.some((each) => environment[`${secret}_FILE`] === `/run/secrets/${each}`),
    );
    expect(required).toEqual(needed.filter((each) => each in own));
    // A host's variable with the service's own name would be mistaken for the path in the container.
    expect(volumes.filter((volume) => Object.keys(environment).some((each) => volume.includes(`{${each}:`)))).toEqual(
      [],
    );
  }
});

test("Redis of docker-compose.yml has a password", () => {
  expect(servicesOf("docker-compose.yml")["redis"]?.environment["REDISCLI_AUTH"]).toContain("${REDIS_PASSWORD:?");
});

test("the production example runs the same commands, as restricted, without a Redis of its own", () => {
  const [trial, production] = composeFiles.map(servicesOf);
  expect(Object.keys(production ?? {})).toEqual(Object.keys(processVariables));
  for (const [name, service] of Object.entries(production ?? {})) {
    expect(service.command.join(" ")).toContain(trial?.[name]?.command.at(-1));
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    expect(service.environment["REDIS_URL"]).toMatch(/rediss:/);
  }
});

test("the delivery worker's heap flag is the same wherever it is started", () => {
  const places = [
    ...composeFiles,
    "docs/delivery.md",
    "deploy/helm/templates/delivery-worker.yaml",
    "packages/cli/src/start/system.ts",
    "test/support/service-process.ts",
  ];
  const flags = places.map((path) => /--max-semi-space-size=\d+/.exec(read(path))?.[0]);
  expect(new Set(flags)).toEqual(new Set(["--max-semi-space-size=4"]));
});
