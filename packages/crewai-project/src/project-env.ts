import { parseEnv } from "node:util";
import type { Automation } from "@crewstream/crew";
import type { Project } from "./project.ts";

/** What `crewai create flow` writes as the placeholder of a key. */
const unfilled = "YOUR_API_KEY";

/**
 * Values of a project's .env; empty if it has none. They never enter `process.env`. A placeholder that nobody has
 * replaced is omitted, so that it does not hide the worker's key.
 */
export async function projectEnv({ dir }: Project): Promise<Readonly<Record<string, string>>> {
  if (!(await dir.isFile(".env"))) return {};
  const text = (await dir.text(".env")) ?? "";
  const values = Object.entries(parseEnv(text) as Record<string, string>);
  return Object.fromEntries(values.filter(([, value]) => value !== unfilled));
}

/** Variables from which CrewAI reads the default model of agents, in its order. */
const modelVariables = ["MODEL", "MODEL_NAME", "OPENAI_MODEL_NAME"];

/** CrewAI's own default, for a project that has OpenAI's key and names no model. */
const crewaiDefault = "openai/gpt-4.1-mini";

/** The automation with its project's values over those of the worker's environment: only its runs see them. */
export function withEnv<A extends Automation>(automation: A, env: Readonly<Record<string, string>>): A {
  if (Object.keys(env).length === 0) return automation;
  const model = modelVariables.map((name) => env[name]).find((value) => value !== undefined && value !== "");
  return {
    ...automation,
    env: model === undefined ? env : { ...env, MODEL: model },
    run: (context) =>
      automation.run({
        ...context,
        env: { ...context.env, ...env },
        defaultModel: model ?? defaultOf(context.defaultModel, env),
      }),
  };
}

/** The offline model is not used for a project that has a key for a real one. */
function defaultOf(ofServer: string, env: Readonly<Record<string, string>>): string {
  return ofServer.startsWith("offline/") && env["OPENAI_API_KEY"] ? crewaiDefault : ofServer;
}
