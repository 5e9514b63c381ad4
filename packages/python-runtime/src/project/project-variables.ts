import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** What `crewai create` writes as the placeholder of a key. */
const unfilled = "YOUR_API_KEY";

/** The variables of a project's .env; none if it has none. A placeholder that nobody has replaced is omitted. */
export async function projectVariables(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, ".env"), "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
  const values = Object.entries(parseEnv(text) as Record<string, string>);
  return Object.fromEntries(values.filter(([, value]) => value !== unfilled));
}
