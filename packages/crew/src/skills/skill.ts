/** A skill of an agent, in the form of agentskills.io: what it is for, and how it is done. */
export interface Skill {
  /** Lower-case letters, digits and hyphens. */
  name: string;
  /** When it is of use: all that the agent is told until it asks for the skill. */
  description: string;
  instructions: string;
  /** The folder that it was found in, and the folder that was searched. Without them it is always told in full. */
  path?: string;
  searched?: string;
}

/** Skills by name; of several with one name the first, as in CrewAI. */
export function distinct(skills: readonly Skill[]): Skill[] {
  const names = new Set<string>();
  return skills.filter(({ name }) => !names.has(name) && names.add(name));
}

/** Whether an agent is told all of it from the start. */
export function isAlwaysTold({ path }: Skill): boolean {
  return path === undefined;
}

/** How much of a skill has been told, in CrewAI's numbers: 1 what it is for, 2 how it is done. */
export function skillFields({ name, path }: Skill, disclosureLevel: 1 | 2): Record<string, unknown> {
  return { skill_name: name, skill_path: path ?? ".", disclosure_level: disclosureLevel };
}
