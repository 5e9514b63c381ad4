import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the dashboard from the current sources, so that the tests do not use an older build. */
export default async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, ["apps/dashboard/scripts/build-if-stale.ts"], { cwd: root });
}
