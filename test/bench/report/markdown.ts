import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isMet, type Outcome } from "../scenarios/scenario.ts";
import { measurementHeader, measurementRow } from "./measurement-row.ts";
import { brief } from "./table.ts";

const page = fileURLToPath(new URL("../../../docs/benchmarks.md", import.meta.url));

export interface Results {
  at: string;
  machine: Readonly<Record<string, unknown>>;
  /** The arguments of `npm run bench`. */
  size: string;
  repetitions: number;
  outcomes: Readonly<Record<string, Outcome>>;
}

/** Writes a run's targets and figures between their markers in `docs/benchmarks.md`. */
export async function writeBenchmarksPage(results: Results): Promise<void> {
  const text = await readFile(page, "utf8");
  const withTargets = between(text, "targets", targets(results));
  await writeFile(page, between(withTargets, "figures", figures(results)));
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: made by \`npm run bench -- --docs\` -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no "${start}" … "${end}"`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}

function targets({ at, machine, size, repetitions, outcomes }: Results): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${String(value)}`);
  const rows = Object.values(outcomes).flatMap((outcome) =>
    outcome.targets.map((target) => {
      const sign = target.atMost === true ? "≤" : "≥";
      return [target.name, `${brief(target.value)} (${sign} ${target.limit})`, isMet(target) ? "met" : "**missed**"];
    }),
  );
  const run = `Run of ${at.slice(0, 10)}, size ${size}, ${repetitions} ${repetitions === 1 ? "round" : "rounds"}: ${facts.join(", ")}.`;
  return `${run}\n\n${table(["target", "", ""], "---|---:|---", rows)}`;
}

function figures({ outcomes }: Results): string {
  return Object.entries(outcomes)
    .map(([name, outcome]) => {
      const numbers = `---|---${"|---:".repeat(measurementHeader.length - 2)}`;
      const rows =
        outcome.rows.length === 0 ? [] : [table(measurementHeader, numbers, outcome.rows.map(measurementRow))];
      const list = outcome.figures.map((figure) => [figure.name, brief(figure.value), figure.unit]);
      return [`### ${name}`, ...rows, ...(list.length === 0 ? [] : [table(["", "", ""], "---|---:|---", list)])].join(
        "\n\n",
      );
    })
    .join("\n\n");
}

function table(header: readonly string[], alignment: string, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), `|${alignment}|`, ...rows.map(line)].join("\n");
}
