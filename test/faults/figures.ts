import { readFileSync, writeFileSync } from "node:fs";
import type { FaultReport } from "./fault-run.ts";
import { addTallies } from "./tally.ts";

const page = new URL("../../docs/faults.md", import.meta.url);
const marks = ["<!-- figures -->", "<!-- /figures -->"] as const;

/** What happened in these runs (at least one), as Markdown. */
export function figures(runs: readonly FaultReport[]): string {
  const numbers = runs.map((run) => run.numbers).reduce(addTallies);
  const kept = runs.filter(({ problems }) => problems.length === 0).length;
  const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
  const rows: [what: string, number: number][] = [
    ["runs", runs.length],
    ["… that kept every promise", kept],
    ["faults injected", total(numbers.faults)],
    ...counts(numbers.faults),
    ["feeds", total(numbers.feeds)],
    ...counts(numbers.feeds),
    ["events to be delivered", numbers.events],
    ["deliveries", numbers.deliveries],
    ["requests that arrived", numbers.requests],
    ["… for what had been acknowledged before", numbers.repeated],
    ["attempts that were logged", total(numbers.attempts)],
    ...counts(numbers.attempts),
    ["dead letters", numbers.deadLetters],
    ["median length of a run, s", seconds[Math.floor(seconds.length / 2)] ?? 0],
  ];
  const lines = rows.map(([what, number]) => `| ${what} | ${number.toLocaleString("en")} |`);
  return ["| | |", "|---|--:|", ...lines].join("\n");
}

/** Writes them between their markers in `docs/faults.md`. */
export function writeFigures(runs: readonly FaultReport[]): void {
  const text = readFileSync(page, "utf8");
  const [start, end] = marks;
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/faults.md has no "${start}" … "${end}"`);
  writeFileSync(page, `${text.slice(0, from + start.length)}\n\n${figures(runs)}\n\n${text.slice(to)}`);
}

function counts(by: Record<string, number>): [what: string, number: number][] {
  const names = Object.entries(by).sort(([, a], [, b]) => b - a);
  return names.map(([name, number]) => [`… ${name}`, number]);
}

function total(by: Record<string, number>): number {
  return Object.values(by).reduce((sum, number) => sum + number, 0);
}
