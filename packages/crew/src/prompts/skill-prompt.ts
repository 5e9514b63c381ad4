import { isAlwaysTold, type Skill } from "../skills/skill.ts";

/** A skill in full. */
export function skillText({ name, description, instructions }: Skill): string {
  return `<skill name="${name}">\n${description}\n\n${instructions}\n</skill>`;
}

/** The agent's skills as listed in its prompt; empty if it has none. */
export function skillsPrompt(skills: readonly Skill[]): string {
  const told = skills.filter(isAlwaysTold);
  const offered = skills.filter((skill) => !isAlwaysTold(skill));
  const list = offered.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
  return [
    ...(told.length === 0 ? [] : [`Follow these skills:\n${told.map(skillText).join("\n\n")}`]),
    ...(offered.length === 0
      ? []
      : [
          `You have these skills. Where one fits what you are asked to do, have it told in full before you begin:\n${list}`,
        ]),
  ].join("\n\n");
}
