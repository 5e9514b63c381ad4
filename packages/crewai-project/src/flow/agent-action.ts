import { defineAgent } from "@crewstream/crew";
import { answerForm } from "../crew/build-task.ts";
import { buildAgent, mergedSettings } from "../crew/build-agent.ts";
import { within, type Location } from "../finding.ts";
import type { AtomicActionValue } from "../schema/flow-schema.ts";
import { asObject, template, type Action, type ActionSite } from "./action-site.ts";

type AgentAction = Extract<AtomicActionValue, { call: "agent" }>["with"];

/** A flow's standalone agent; undefined, with findings, if it cannot run. */
export async function readAgentAction(site: ActionSite, value: AgentAction, at: Location): Promise<Action | undefined> {
  const { project } = site;
  const { input, response_format: form, ...keys } = value;
  const agent = await buildAgent(project, mergedSettings(keys, at));
  const ask = template(site, input, within(at, "input"));
  const hasForm = form !== undefined && form !== null;
  const outputSchema = hasForm ? await answerForm(project, form, within(at, "response_format")) : undefined;
  if (agent === undefined || ask === undefined || (hasForm && outputSchema === undefined)) return undefined;
  const lone = defineAgent(agent);
  return async ({ roots }) => {
    const question = ask(roots);
    if (typeof question !== "string") {
      throw new Error(`an agent is asked with a text, but its input gave ${JSON.stringify(question).slice(0, 80)}`);
    }
    return asObject(await lone.kickoff(question, outputSchema === undefined ? {} : { outputSchema }));
  };
}
