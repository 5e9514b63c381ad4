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
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers, not by a process's configuration. */
const elsewhere = new Set(["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"]);
/** Those of OpenTelemetry are a standard's. */
const isElsewhere = (name: string): boolean => elsewhere.has(name) || name.startsWith("OTEL_");
const key = Buffer.alloc(32, 1).toString("base64");
const signingSecret = `whsec_${key}`;
const known = new Set([...Object.keys(variables.shape), ...secretFileVariables]);
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

test("every variable that is read as a secret is kept out of the environment, and no process needs them all", () => {
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

test("docker-compose.yml sets only variables that exist, and requires the secrets", () => {
  const compose = read("docker-compose.yml");
  const set = [...compose.matchAll(/^ {2,6}([A-Z_]+): (\S.*)$/gm)].map((match) => match[1] ?? "");
  expect(set.filter((name) => !known.has(name) && !isElsewhere(name))).toEqual([]);
  for (const name of ["API_TOKENS", "ENCRYPTION_KEY", "WEBHOOK_SIGNING_SECRET"]) {
    expect(compose).toContain(`${name}: \${${name}:?`);
  }
});
