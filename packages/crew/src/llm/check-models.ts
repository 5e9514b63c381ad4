import { errorMessage } from "@crewstream/contracts";
import type { Crew } from "../crew/define-crew.ts";
import type { Automation } from "../run-context.ts";
import type { ModelRef } from "./model.ts";
import { connectModel } from "./resolve-model.ts";

export interface ModelSettingsOfWorker {
  /** `MODEL` and `MODEL_OVERRIDE`. */
  defaultModel: string;
  modelOverride?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * What is wrong with the models that a crew's agents name, or get by default: an unknown provider, a missing key. No
 * model is called. A flow's agents are in its code, so for a flow only the default can be checked.
 * @returns a sentence per model; empty if all of them could be called
 */
export async function modelProblems(automation: Automation, worker: ModelSettingsOfWorker): Promise<string[]> {
  const env = { ...worker.env, ...automation.env };
  const own = automation.env?.["MODEL"] ?? worker.defaultModel;
  const named =
    worker.modelOverride === undefined
      ? new Set(namedModels(automation).map((name) => name ?? own))
      : new Set([worker.modelOverride]);
  const problems = await Promise.all([...named].map((model) => problemOf(model, env)));
  return problems.filter((problem) => problem !== undefined);
}

async function problemOf(model: string, env: ModelSettingsOfWorker["env"]): Promise<string | undefined> {
  try {
    await connectModel({ model }, env);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** Names of models; undefined for the default. Models given as objects do not need one of our providers. */
function namedModels(automation: Automation): (string | undefined)[] {
  if (!("definition" in automation) || automation.kind !== "crew") return [undefined];
  const { agents, managerAgent, process, managerModel } = (automation as Crew).definition;
  const members = [...Object.values(agents), ...(managerAgent === undefined ? [] : [managerAgent])];
  const manager = process === "hierarchical" && managerAgent === undefined ? [managerModel] : [];
  return [...members.map(({ model }) => model), ...manager].flatMap(nameOf);
}

function nameOf(ref: ModelRef | undefined): (string | undefined)[] {
  if (ref === undefined || typeof ref === "string") return [ref];
  // A model with its own key or address needs no variable.
  if ("model" in ref && ref.apiKey === undefined && ref.baseUrl === undefined) return [ref.model];
  return [];
}
