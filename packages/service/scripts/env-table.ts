import { readFileSync, writeFileSync } from "node:fs";
import { environmentTable } from "@crewstream/service";

/** Where `npm run docs` writes the environment table, between two markers. */
const pageUrl = new URL("../../../docs/configuration.md", import.meta.url);
const marks = /(<!-- environment: [^\n]*-->\n)[\s\S]*?(<!-- \/environment -->)/;

const before = readFileSync(pageUrl, "utf8");
if (!marks.test(before)) throw new Error("docs/configuration.md has lost the markers around its environment table.");
writeFileSync(
  pageUrl,
  before.replace(marks, (_, start: string, end: string) => `${start}${environmentTable()}\n${end}`),
);
