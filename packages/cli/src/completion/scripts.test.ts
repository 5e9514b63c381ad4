import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { completionScript, type CommandNode } from "./scripts.ts";

const leaf = (name: string, ...options: string[]): CommandNode => ({
  name,
  description: "It's",
  options,
  commands: [],
});
const program: CommandNode = {
  ...leaf("crewstream", "--help"),
  commands: [leaf("kickoff", "--watch", "--webhook"), { ...leaf("secrets"), commands: [leaf("rotate", "--json")] }],
};

/** What bash offers after these words, the last of which is being typed. */
function complete(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `${completionScript("bash", program)}
COMP_WORDS=(crewstream ${line}); COMP_CWORD=${words.length}; _crewstream; echo "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(" ").filter(Boolean);
}

test("bash offers commands, their subcommands and options", () => {
  expect(complete("")).toEqual(["kickoff", "secrets", "--help"]);
  expect(complete("sec")).toEqual(["secrets"]);
  expect(complete("secrets", "")).toEqual(["rotate"]);
  expect(complete("kickoff", "any_name", "--w")).toEqual(["--watch", "--webhook"]);
  expect(complete("secrets", "rotate", "-")).toEqual(["--json"]);
});

test("fish and zsh get scripts of their own", () => {
  expect(completionScript("zsh", program)).toMatch(/^autoload -U \+X bashcompinit/);
  expect(completionScript("fish", program)).toContain(
    "complete -c crewstream -n '__fish_seen_subcommand_from secrets' -f -a rotate -d 'It\\'s'",
  );
});
