import { writeFileSync } from "node:fs";
import { environmentExample } from "../src/env-example.ts";

/** Writes `.env.example` at the repository's root; part of `npm run docs`. */
writeFileSync(new URL("../../../.env.example", import.meta.url), environmentExample());
