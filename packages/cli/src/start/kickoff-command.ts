import { servedAutomationSchema } from "@crewstream/contracts";
import { z } from "zod";

export interface ServedAutomation {
  name: string;
  kind: "crew" | "flow";
  inputs: readonly string[];
  required: readonly string[];
}

const itemSchema = servedAutomationSchema.pick({
  name: true,
  kind: true,
  inputs: true,
  required: true,
  state: true,
  fix: true,
});

export interface FoundAutomations {
  served: ServedAutomation[];
  /** Commands that make others ready, by the name of the automation. */
  fixes: { name: string; fix: string }[];
}

/** What crew workers have found, from the API; nothing if the API does not answer. */
export async function askServed(url: string, token: string): Promise<FoundAutomations> {
  try {
    const response = await fetch(`${url}/api/v1/automations`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(3000),
    });
    const { items } = z.object({ items: z.array(itemSchema) }).parse(await response.json());
    return {
      served: items.flatMap(({ kind, state, ...rest }) =>
        state === "ready" && kind !== null ? [{ ...rest, kind }] : [],
      ),
      fixes: items.flatMap(({ name, state, fix }) => (state === "ready" || fix === undefined ? [] : [{ name, fix }])),
    };
  } catch {
    return { served: [], fixes: [] };
  }
}

/** Example inputs by name; any other required input gets its name as its value. */
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
 * A kickoff command to paste into a shell; its events arrive in the inspector.
 * All variable parts are in single quotes, so that no shell expands them.
 */
export function kickoffCommand(options: { url: string; token: string; automation: ServedAutomation }): string {
  const { url, token, automation } = options;
  // The others have defaults, whose types are not known here.
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
