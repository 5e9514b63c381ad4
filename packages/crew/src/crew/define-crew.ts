import type { Automation } from "../run-context.ts";
import { runAutomation } from "../run/run-automation.ts";
import { currentScope } from "../run/scope.ts";
import { toLastTask } from "../task/task-output.ts";
import { callerView } from "../automation-schema.ts";
import { checkCrew } from "./check-crew.ts";
import { crewInputs, crewInputsSchema } from "./crew-inputs.ts";
import type { CrewDefinition, CrewOutput } from "./crew.ts";
import { runCrew } from "./run-crew.ts";

/** A crew that can be served, or run from a flow method or tool. */
export interface Crew extends Automation {
  kind: "crew";
  definition: CrewDefinition;
  /** Runs the crew as part of the current run: its events, journal and usage belong to that run. */
  kickoff(inputs?: Record<string, unknown>): Promise<CrewOutput>;
}

/**
 * Defines a crew.
 * Throws `configuration`, naming every error, if it could not run.
 */
export function defineCrew<const AgentName extends string>(definition: CrewDefinition<AgentName>): Crew {
  const crew: CrewDefinition = definition;
  checkCrew(crew);
  const inputs = crewInputs(crew);
  const inputsSchema = crewInputsSchema(crew);
  const required = new Set(inputsSchema.required);
  return {
    kind: "crew",
    ...(crew.name === undefined ? {} : { name: crew.name }),
    description: crew.description ?? "",
    inputs,
    required: inputs.filter((name) => required.has(name)),
    inputsSchema,
    ...callerView(crew),
    definition: crew,
    run: (context) =>
      runAutomation(context, async (scope) => {
        const output = await runCrew(scope.at("crew"), crew, crew.name ?? context.automation, context.inputs);
        return { result: output.raw, resultJson: output.json_dict, tasks: output.tasks_output.map(toLastTask) };
      }),
    kickoff: async (given = {}) => {
      const scope = currentScope("crew.kickoff()");
      const name = crew.name ?? "crew";
      const ordinal = scope.run.nextOrdinal(scope.path, `crew:${name}`);
      const strand = scope.at(ordinal === 0 ? `crew:${name}` : `crew:${name}#${ordinal}`).fork();
      const output = await runCrew(strand, crew, name, given);
      scope.join(strand);
      return output;
    },
  };
}
