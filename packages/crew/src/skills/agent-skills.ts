import { z } from "zod";
import type { Agent } from "../agent/agent.ts";
import { currentScope, type Scope } from "../run/scope.ts";
import { defineTool, type Tool } from "../tools/tool.ts";
import { skillText } from "../prompts/skill-prompt.ts";
import { isAlwaysTold, skillFields, type Skill } from "./skill.ts";

const loaderName = "load_skill";

/**
 * An agent's tools plus the one that loads a skill in full, if it has such skills. If a tool of that name exists, the
 * loader gets another name.
 */
export function withSkillLoader({ definition }: Agent, tools: readonly Tool[]): readonly Tool[] {
  const offered = (definition.skills ?? []).filter((skill) => !isAlwaysTold(skill));
  const names = new Set(tools.map(({ name }) => name));
  if (offered.length === 0 || tools.some(isLoader)) return tools;
  let name = loaderName;
  for (let number = 2; names.has(name); number += 1) name = `${loaderName}_${number}`;
  return [...tools, loaderOf(name, offered)];
}

const loaders = new WeakSet<Tool>();
const isLoader = (tool: Tool): boolean => loaders.has(tool);

function loaderOf(name: string, skills: readonly Skill[]): Tool {
  const tool = defineTool({
    name,
    description: "Tells one of your skills in full. Call it when a skill's description fits what you are asked to do.",
    input: z.object({ skill_name: z.string().describe("The skill's name, as it is listed") }),
    run({ skill_name: wanted }) {
      const skill = skills.find((each) => each.name === wanted);
      if (skill === undefined) {
        return `There is no skill "${wanted}". Your skills: ${skills.map((each) => each.name).join(", ")}`;
      }
      const scope = currentScope("a skill");
      scope.emit("skill_activated", skillFields(skill, 2));
      scope.emit("skill_used", skillFields(skill, 2));
      return skillText(skill);
    },
  });
  loaders.add(tool);
  return tool;
}

/** Emits that skills which are always included are used in what starts now. */
export function emitUsedSkills(scope: Scope, { definition }: Agent): void {
  for (const skill of definition.skills ?? []) {
    if (isAlwaysTold(skill)) scope.emit("skill_used", skillFields(skill, 2));
  }
}

/** Emits where an agent's skills were found: when its project was read, which happens before any run. */
export function emitFoundSkills(scope: Scope, { definition, id, role }: Agent): void {
  const own = scope.derive({ identity: { ...scope.identity, sourceType: "agent", agentId: id, agentRole: role } });
  const found = (definition.skills ?? []).filter((skill) => !isAlwaysTold(skill));
  for (const folder of new Set(found.map(({ searched }) => searched ?? "."))) {
    const here = found.filter(({ searched = "." }) => searched === folder);
    own.emit("skill_discovery_started", { search_path: folder });
    for (const skill of here) own.emit("skill_loaded", skillFields(skill, 1));
    own.emit("skill_discovery_completed", {
      search_path: folder,
      skills_found: here.length,
      skill_names: here.map(({ name }) => name),
    });
  }
}
