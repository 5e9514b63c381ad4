import { errorMessage } from "@crewstream/contracts";
import { posix } from "node:path";
import type { Skill } from "@crewstream/crew";
import { distinct } from "@crewstream/crew/parts";
import { z } from "zod";
import { parseYaml } from "../documents/yaml-document.ts";
import { within, type Location } from "../finding.ts";
import { bases, type Project } from "../project.ts";

const frontMatter = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case letters, digits and hyphens"),
  description: z.string().min(1).max(1024),
});

/**
 * The skills that a list names: folders whose subfolders contain a SKILL.md (agentskills.io), or the text of a SKILL.md
 * itself. An unreadable skill causes a warning and is skipped, as in CrewAI.
 */
export async function buildSkills(
  project: Project,
  values: readonly string[] | null | undefined,
  at: Location,
): Promise<Skill[]> {
  const skills: Skill[] = [];
  for (const [index, value] of (values ?? []).entries()) {
    const place = within(at, index);
    if (value.startsWith("@")) {
      project.findings.error(
        place,
        `${JSON.stringify(value)} is stored by CrewAI and cannot be reached from here`,
        "put the skill's folder into the project",
      );
    } else if (/^\s*---\r?\n/.test(value)) {
      try {
        skills.push(parseSkill("a skill in a text", value.trim()));
      } catch (error) {
        project.findings.error(place, `is not a skill: ${errorMessage(error)}`);
      }
    } else skills.push(...(await skillsIn(project, value, place)));
  }
  return distinct(skills);
}

async function skillsIn(project: Project, folder: string, place: Location): Promise<Skill[]> {
  const { dir, findings } = project;
  const candidates = bases(project).map((base) => posix.join(base, folder));
  let searched: string | undefined;
  for (const candidate of candidates) if ((await dir.kindOf(candidate)) === "folder") searched ??= candidate;
  if (searched === undefined) {
    findings.error(place, `the path ${JSON.stringify(folder)} is not a folder of the project`);
    return [];
  }
  const skills: Skill[] = [];
  for (const name of await dir.names(searched)) {
    const path = posix.join(searched, name);
    const file = posix.join(path, "SKILL.md");
    const text = (await dir.isFile(file)) ? await dir.text(file, place) : undefined;
    if (text === undefined) continue;
    try {
      const skill = parseSkill(file, text);
      if (skill.name !== name) throw new Error(`its folder must have its name, ${JSON.stringify(skill.name)}`);
      skills.push({ ...skill, path, searched });
    } catch (error) {
      findings.warning(place, `${file} is not a skill and is skipped: ${errorMessage(error)}`);
    }
  }
  if (skills.length === 0) {
    findings.warning(
      place,
      `no folder in ${JSON.stringify(folder)} contains a skill`,
      "skills are FOLDER/NAME/SKILL.md",
    );
  }
  return skills;
}

/** Throws an error about an invalid SKILL.md. */
function parseSkill(file: string, text: string): Skill {
  const [, front, instructions] = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/.exec(text) ?? [];
  if (front === undefined || instructions === undefined) throw new Error('it has no head between two lines "---"');
  const head = frontMatter.safeParse(parseYaml(file, front).value);
  if (!head.success) throw new Error(z.prettifyError(head.error).replaceAll("\n", " "));
  return { ...head.data, instructions: instructions.trim() };
}
