#!/usr/bin/env node
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// A compile cache saves 0.3 of 0.65 s of CPU per command. It is not in the shared temporary folder, where other users
// of the machine could plant code.
enableCompileCache(fileURLToPath(new URL("../../../node_modules/.cache/crewstream", import.meta.url)));
const [{ createProgram }, { run }] = await Promise.all([import("./program.ts"), import("./run.ts")]);

if (existsSync(".env")) process.loadEnvFile(".env");
await run(createProgram(), process.argv);
