import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./support/source-files.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { encoding: "utf8" }).map((name) => `docs/${name}`),
];

test.each(pages.filter((page) => page.endsWith(".md")))("the links of %s lead to existing files", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  const missing = targets.filter((target) => !target.includes("://") && !existsSync(join(root, dirname(page), target)));
  expect(missing).toEqual([]);
});

test("the files that docs/architecture.md names exist", () => {
  const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const named = [...text.matchAll(/`((?:packages|apps|test|deploy)\/[\w./-]+)`/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("the README is no longer than 220 lines", () => {
  expect(readme.split("\n").length).toBeLessThan(220);
});

test("the README's scripts exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? "");
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});
