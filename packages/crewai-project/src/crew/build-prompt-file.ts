import type { AgentDefinition } from "@crewstream/crew";
import { z } from "zod";
import { findFile, type Part, type Project } from "../project.ts";
import type { CrewKeys } from "../schema/crew-schema.ts";

type Texts = Pick<AgentDefinition, "role" | "goal" | "backstory">;

const promptFile = z.object({
  hierarchical_manager_agent: z.object({ role: z.string(), goal: z.string(), backstory: z.string() }),
});

/**
 * What a crew's `prompt_file` specifies for the manager of a hierarchical crew that names none: the only part of such a
 * file that CrewAI 1.15.30 reads. Undefined without a file, or with a finding about it.
 */
export async function readManagerTexts(project: Project, { keys, at }: Part<CrewKeys>): Promise<Texts | undefined> {
  const { prompt_file: path, process, manager_agent: manager } = keys;
  if (!path) return undefined;
  const place = at("prompt_file");
  if (process !== "hierarchical" || manager) {
    const why = "only the manager of a hierarchical crew that names no manager_agent is made from it";
    project.findings.warning(place, `has no effect: ${why}`);
    return undefined;
  }
  const found = (await findFile(project, path)) ?? path;
  const text = await project.dir.text(found, place);
  if (text === undefined) return undefined;
  try {
    return promptFile.parse(JSON.parse(text)).hierarchical_manager_agent;
  } catch {
    project.findings.error(place, "is not JSON with the texts role, goal and backstory in hierarchical_manager_agent");
    return undefined;
  }
}
