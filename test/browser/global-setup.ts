import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the dashboard from the sources as they are, so that the tests look at no older one. */
export default async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, ["apps/dashboard/scripts/build-if-stale.ts"], { cwd: root });
}
