import { automationAnnouncementSchema } from "@crewstream/contracts";
import { z } from "zod";

export interface ServedAutomation {
  name: string;
  kind: "crew" | "flow";
  inputs: readonly string[];
  required: readonly string[];
}

const servedSchema = z.object({
  items: z.array(automationAnnouncementSchema.pick({ name: true, kind: true, inputs: true, required: true })),
});

/** What the crew workers serve, asked from the API; empty when it does not say. */
export async function askServed(url: string, token: string): Promise<ServedAutomation[]> {
  try {
    const response = await fetch(`${url}/api/v1/automations`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(3000),
    });
    return servedSchema.parse(await response.json()).items;
  } catch {
    return [];
  }
}

/** Inputs worth a first look, by name; any other that must be there gets its name as its value. */
const sampleInputs: Readonly<Record<string, string>> = {
  topic: "durable webhooks",
  version: "1.4.0",
  git_log: [
    "a1b2c3d feat: stream every event of a run",
    "b2c3d4e fix: keep the order of retried batches",
    "c3d4e5f docs: explain the retry schedule",
    "d4e5f6a feat!: drop Node 18",
  ].join("\n"),
};

/**
 * A kickoff to paste into a shell, whose events arrive in the inspector.
 * Everything variable stands in single quotes, so no shell expands it.
 */
export function kickoffCommand(options: { url: string; token: string; automation: ServedAutomation }): string {
  const { url, token, automation } = options;
  // The rest has defaults, of types that nobody here knows.
  const given = automation.inputs.filter(
    (name) => automation.required.includes(name) || Object.hasOwn(sampleInputs, name),
  );
  const body = {
    inputs: Object.fromEntries(given.map((name) => [name, sampleInputs[name] ?? name])),
    webhooks: { url: `${url}/inspector/demo`, events: ["*"], realtime: automation.kind === "crew" },
  };
  return [
    `curl -sS ${quote(`${url}/automations/${automation.name}/kickoff`)}`,
    `-H ${quote(`Authorization: Bearer ${token}`)}`,
    `-H ${quote("Content-Type: application/json")}`,
    `-d ${quote(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
