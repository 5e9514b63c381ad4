/** A skill of an agent, in the format of agentskills.io: when to use it, and how. */
export interface Skill {
  /** Lower-case letters, digits and hyphens. */
  name: string;
  /** When it is useful: all that the agent sees until it loads the skill. */
  description: string;
  instructions: string;
  /** The folder it was found in, and the folder that was searched. Without them it is always included in full. */
  path?: string;
  searched?: string;
}

/** Skills by name; of several with one name the first, as in CrewAI. */
export function distinct(skills: readonly Skill[]): Skill[] {
  const names = new Set<string>();
  return skills.filter(({ name }) => !names.has(name) && names.add(name));
}

/** Whether it is included in full from the start. */
export function isAlwaysTold({ path }: Skill): boolean {
  return path === undefined;
}

/** How much of a skill is disclosed, in CrewAI's numbers: 1 its description, 2 its instructions. */
export function skillFields({ name, path }: Skill, disclosureLevel: 1 | 2): Record<string, unknown> {
  return { skill_name: name, skill_path: path ?? ".", disclosure_level: disclosureLevel };
}
