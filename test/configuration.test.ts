import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentTable, variables } from "@crewstream/service";
import { expect, test } from "vitest";
import { root } from "./support/source-files.ts";

/** Read by the SDKs of model providers and by `crewstream start`, not by a process's configuration. */
const elsewhere = ["DATA_DIR", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"];
const known = Object.keys(variables.shape);
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test(".env.example shows every variable once, with its default", () => {
  const shown = new Map(
    [...read(".env.example").matchAll(/^#([A-Z_]+)=(.*)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
  expect([...shown.keys()].sort()).toEqual([...known, ...elsewhere].sort());

  const defaults = [...environmentTable().matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)];
  const differing = defaults
    .map((match) => ({ name: match[1] ?? "", value: match[2] ?? "" }))
    .filter(({ name, value }) => shown.get(name) !== value && !(value === "false" && shown.get(name) === "0"));
  expect(differing).toEqual([]);
});

test("docker-compose.yml sets only variables that exist, and requires the secrets", () => {
  const compose = read("docker-compose.yml");
  const set = [...compose.matchAll(/^ {2,6}([A-Z_]+): (\S.*)$/gm)].map((match) => match[1] ?? "");
  expect(set.filter((name) => !known.includes(name) && !elsewhere.includes(name))).toEqual([]);
  for (const name of ["API_TOKENS", "ENCRYPTION_KEY", "WEBHOOK_SIGNING_SECRET"]) {
    expect(compose).toContain(`${name}: \${${name}:?`);
  }
});
