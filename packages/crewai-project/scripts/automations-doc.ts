import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../src/publish/json-schemas.ts";
import { keyTables } from "../src/publish/key-tables.ts";
import { pageUrl, schemasUrl, withTables } from "../src/publish/page.ts";

mkdirSync(schemasUrl, { recursive: true });
for (const [file, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(file, schemasUrl), `${JSON.stringify(schema, null, 2)}\n`);
}
writeFileSync(pageUrl, withTables(readFileSync(pageUrl, "utf8"), keyTables()));
