/** One instruction of a Dockerfile: its name in capitals, and the rest with continued lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

/** What begins with a FROM. */
export interface Stage {
  /** Its name after AS, or its position. */
  name: string;
  base: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile in order. Supports what ours uses: no heredocs, no parser directives. */
export function readStages(text: string): Stage[] {
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  const joined = lines.join("\n").replaceAll(/\\\n\s*/g, " ");
  const stages: Stage[] = [];
  for (const line of joined.split("\n")) {
    const [, name, rest = ""] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (name.toUpperCase() === "FROM") {
      const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      stages.push({ name: words[2] ?? String(stages.length), base: words[0] ?? "", instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ name: name.toUpperCase(), text: rest });
    }
  }
  return stages;
}

/** `NAME=value` pairs of an ENV instruction. */
export function readEnvironment(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([A-Z][A-Z0-9_]*)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}
