import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentTable } from "@crewstream/service";
import { expect, test } from "vitest";
import { root } from "./support/source-files.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

test("the README's environment table is what `npm run docs` would write now", () => {
  const table = /<!-- environment: [^\n]*-->\n([\s\S]*?)\n<!-- \/environment -->/.exec(readme)?.[1];
  expect(table).toBe(environmentTable());
});

test("the README's links lead to files that exist", () => {
  const targets = [...readme.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  expect(targets.filter((target) => !target.includes("://") && !existsSync(join(root, target)))).toEqual([]);
});

test("the README's scripts exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? "");
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});
