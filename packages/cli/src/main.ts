#!/usr/bin/env node
import { existsSync } from "node:fs";
import { createProgram } from "./program.ts";
import { run } from "./run.ts";

if (existsSync(".env")) process.loadEnvFile(".env");
await run(createProgram(), process.argv);
