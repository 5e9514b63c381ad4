import { isMet, type Figure, type Outcome, type Row, type Scenario, type Target } from "../scenarios/scenario.ts";
import { alignedTable, brief } from "./table.ts";

/** What a scenario found, for people. */
export function printOutcome(scenario: Scenario, outcome: Outcome): void {
  console.log(`\n## ${scenario.name}: ${scenario.about}\n`);
  if (outcome.rows.length > 0) console.log(`${rowsTable(outcome.rows)}\n`);
  if (outcome.figures.length > 0) console.log(`${figuresTable(outcome.figures)}\n`);
  for (const target of outcome.targets) console.log(targetLine(target));
}

const header = [
  "load",
  "carrier",
  "events/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "CPU s/1k",
  "cmds/1k",
  "Redis kB/1k",
  "HTTP/1k",
  "peak MB",
  "lost",
  "dup",
  "late",
];

function rowsTable(rows: readonly Row[]): string {
  return alignedTable(
    header,
    rows.map(({ load, measurement: m }) => [
      load,
      m.carrier,
      brief(m.perSecond),
      ...(["p50", "p95", "p99"] as const).map((name) => (m.latency === undefined ? "" : brief(m.latency[name]))),
      brief(m.cpu),
      brief(m.commands),
      brief(m.redisKb),
      brief(m.requests),
      brief(m.peakMb[senderOf[m.carrier]] ?? 0),
      String(m.lost),
      String(m.duplicated),
      String(m.outOfOrder),
    ]),
  );
}

const senderOf = { ours: "delivery-worker", baseline: "baseline", floor: "floor" } as const;

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
