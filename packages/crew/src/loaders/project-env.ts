import { parseEnv } from "node:util";
import type { Automation } from "../run-context.ts";
import type { Project } from "./project.ts";

/** Values of a project's .env; none when it has none. They never enter `process.env`. */
export async function projectEnv({ dir }: Project): Promise<Readonly<Record<string, string>>> {
  if (!(await dir.isFile(".env"))) return {};
  const text = await dir.text(".env");
  return text === undefined ? {} : (parseEnv(text) as Record<string, string>);
}

/** Variables that CrewAI reads the model of an agent without one from, in its order. */
const modelVariables = ["MODEL", "MODEL_NAME", "OPENAI_MODEL_NAME"];

/** The automation with its project's values over those of the worker's environment: they are seen by its runs only. */
export function withEnv<A extends Automation>(automation: A, env: Readonly<Record<string, string>>): A {
  if (Object.keys(env).length === 0) return automation;
  const model = modelVariables.map((name) => env[name]).find((value) => value !== undefined && value !== "");
  return {
    ...automation,
    run: (context) =>
      automation.run({
        ...context,
        env: { ...context.env, ...env },
        ...(model === undefined ? {} : { defaultModel: model }),
      }),
  };
}
