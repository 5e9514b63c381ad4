import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentExample } from "@crewstream/cli";
import { environmentTable, loadConfig, variables } from "@crewstream/service";
import { expect, test } from "vitest";
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers, not by a process's configuration. */
const elsewhere = new Set(["OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"]);
/** Those of OpenTelemetry are a standard's. */
const isElsewhere = (name: string): boolean => elsewhere.has(name) || name.startsWith("OTEL_");
const known = Object.keys(variables.shape);
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
  expect(known.filter((name) => !shown.some(([each]) => each === name))).toEqual([]);
  const key = Buffer.alloc(32, 1).toString("base64");
  const required = { ENCRYPTION_KEY: key, WEBHOOK_SIGNING_SECRET: `whsec_${key}` };
  expect(() => loadConfig(variables, { ...Object.fromEntries(shown), ...required })).not.toThrow();
});

test("docker-compose.yml sets only variables that exist, and requires the secrets", () => {
  const compose = read("docker-compose.yml");
  const set = [...compose.matchAll(/^ {2,6}([A-Z_]+): (\S.*)$/gm)].map((match) => match[1] ?? "");
  expect(set.filter((name) => !known.includes(name) && !isElsewhere(name))).toEqual([]);
  for (const name of ["API_TOKENS", "ENCRYPTION_KEY", "WEBHOOK_SIGNING_SECRET"]) {
    expect(compose).toContain(`${name}: \${${name}:?`);
  }
});
