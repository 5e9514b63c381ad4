import { isMet, type Figure, type Outcome, type Row, type Scenario, type Target } from "../scenarios/scenario.ts";
import { measurementHeader, measurementRow } from "./measurement-row.ts";
import { alignedTable, brief } from "./table.ts";

/** A scenario's results, for people. */
export function printOutcome(scenario: Scenario, outcome: Outcome): void {
  console.log(`\n## ${scenario.name}: ${scenario.about}\n`);
  if (outcome.rows.length > 0) console.log(`${rowsTable(outcome.rows)}\n`);
  if (outcome.figures.length > 0) console.log(`${figuresTable(outcome.figures)}\n`);
  for (const target of outcome.targets) console.log(targetLine(target));
}

function rowsTable(rows: readonly Row[]): string {
  return alignedTable(measurementHeader, rows.map(measurementRow));
}

function figuresTable(figures: readonly Figure[]): string {
  return alignedTable(
    ["", "", ""],
    figures.map(({ name, value, unit }) => [name, brief(value), unit]),
  ).trimStart();
}

export function targetLine(target: Target): string {
  const sign = target.atMost === true ? "≤" : "≥";
  return `${isMet(target) ? "met   " : "MISSED"}  ${target.name}: ${brief(target.value)} (${sign} ${target.limit})`;
}
