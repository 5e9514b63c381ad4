import { readFileSync, writeFileSync } from "node:fs";
import { environmentTable } from "@crewstream/service";

/** Where `npm run docs` writes the environment, between two marks that stay. */
const readmeUrl = new URL("../../../README.md", import.meta.url);
const marks = /(<!-- environment: [^\n]*-->\n)[\s\S]*?(<!-- \/environment -->)/;

const before = readFileSync(readmeUrl, "utf8");
if (!marks.test(before)) throw new Error("README.md has lost the marks around its environment table.");
writeFileSync(
  readmeUrl,
  before.replace(marks, (_, start: string, end: string) => `${start}${environmentTable()}\n${end}`),
);
