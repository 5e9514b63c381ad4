export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** A command with what can follow it. */
export interface CommandNode {
  name: string;
  description: string;
  options: string[];
  commands: CommandNode[];
}

/** The completion script of a shell; zsh reads bash's. */
export function completionScript(shell: Shell, program: CommandNode): string {
  if (shell === "fish") return fishScript(program);
  const bash = bashScript(program);
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${bash}` : bash;
}

/** Looks up the words typed so far: the longest known chain of commands decides what can follow. */
function bashScript(program: CommandNode): string {
  const cases = chains(program).map(([path, node]) => {
    const words = [...node.commands.map(({ name }) => name), ...node.options].join(" ");
    return `    "${path.join(" ")}") words="${words}" ;;`;
  });
  return `_${program.name}() {
  local words="" chain="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) chain="\${chain:+$chain }$word" ;; esac
  done
  while :; do
    case "$chain" in
${cases.map((line) => `  ${line}`).join("\n")}
    esac
    [ -n "$words" ] && break
    case "$chain" in *" "*) chain="\${chain% *}" ;; *) chain="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${program.name} ${program.name}
`;
}

function fishScript(program: CommandNode): string {
  const lines = chains(program).flatMap(([path, node]) => {
    const condition =
      path.length === 0
        ? "__fish_use_subcommand"
        : path.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and ");
    const head = `complete -c ${program.name} -n '${condition}'`;
    const commands = node.commands.map(
      ({ name, description }) => `${head} -f -a ${name} -d '${description.replaceAll("'", "\\'")}'`,
    );
    return commands.concat(node.options.map((option) => `${head} -l ${option.slice(2)}`));
  });
  return `${lines.join("\n")}\n`;
}

/** Every command with the words that lead to it; the program itself with none. */
function chains(program: CommandNode): (readonly [path: string[], node: CommandNode])[] {
  const below = (node: CommandNode, path: string[]): (readonly [string[], CommandNode])[] =>
    node.commands.flatMap((child) => [[[...path, child.name], child] as const, ...below(child, [...path, child.name])]);
  return [[[], program], ...below(program, [])];
}
