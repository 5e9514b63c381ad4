import { readOptions } from "./options.ts";
import { runBench } from "./run.ts";

try {
  await runBench(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
