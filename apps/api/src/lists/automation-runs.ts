import { hasEnded, parseExecutionId, statsRanges, type AutomationStats, type StatsRange } from "@crewstream/contracts";
import { listExecutions, readExecutionBriefs, type ExecutionBrief, type Store } from "@crewstream/redis";
import type { Identity } from "../auth/tokens.ts";

/** Runs that one request reads: makes its cost independent of their number. */
const maxRuns = 1000;
const pageLength = 200;

/** How an automation's runs of the last minutes, hours or days ended, and how long they took; only those a token may see. */
export async function automationStats(
  store: Store,
  identity: Identity,
  options: { name: string; range: StatsRange; now: number },
): Promise<AutomationStats> {
  const { ms, stepMs } = statsRanges[options.range];
  const since = options.now - ms;
  const { runs, isPartial } = await runsSince(store, identity, options.name, since);
  const steps = Array.from({ length: ms / stepMs }, (_, index) => ({
    at: since + index * stepMs,
    succeeded: 0,
    failed: 0,
  }));
  const durations: number[] = [];
  for (const { createdAt, state, started_at: startedAt, ended_at: endedAt } of runs) {
    if (state !== "SUCCESS" && state !== "FAILED") continue;
    if (startedAt !== undefined && endedAt !== undefined) durations.push(endedAt - startedAt);
    const step = steps[Math.min(steps.length - 1, Math.floor((createdAt - since) / stepMs))];
    if (step === undefined) continue;
    if (state === "SUCCESS") step.succeeded += 1;
    else step.failed += 1;
  }
  const number = (wanted: string): number => runs.filter(({ state }) => state === wanted).length;
  const [succeeded, failed] = [number("SUCCESS"), number("FAILED")];
  durations.sort((a, b) => a - b);
  return {
    automation: options.name,
    since: new Date(since).toISOString(),
    runs: runs.length,
    is_partial: isPartial,
    succeeded,
    failed,
    cancelled: number("REVOKED"),
    live: runs.filter(({ state }) => !hasEnded(state)).length,
    success_rate: succeeded + failed === 0 ? null : succeeded / (succeeded + failed),
    p50_ms: quantile(durations, 0.5),
    p95_ms: quantile(durations, 0.95),
    steps: steps.map((step) => ({
      at: new Date(step.at).toISOString(),
      succeeded: step.succeeded,
      failed: step.failed,
    })),
  };
}

type Run = ExecutionBrief & { createdAt: number };

async function runsSince(
  store: Store,
  { own, name: token }: Identity,
  automation: string,
  since: number,
): Promise<{ runs: Run[]; isPartial: boolean }> {
  const list = own ? ({ kind: "by", token } as const) : ({ kind: "of", name: automation } as const);
  const runs: Run[] = [];
  let before: { id: string; at: number } | undefined;
  for (let looked = 0; looked < maxRuns; looked += pageLength) {
    const page = await listExecutions(store, list, { before, limit: pageLength });
    const recent = page.filter(({ at }) => at >= since);
    const ids = recent.flatMap(({ id }) => parseExecutionId(id) ?? []);
    for (const [index, brief] of (await readExecutionBriefs(store, ids)).entries()) {
      if (brief?.automation === automation) runs.push({ ...brief, createdAt: recent[index]?.at ?? since });
    }
    if (recent.length < pageLength) return { runs, isPartial: false };
    before = page.at(-1);
  }
  return { runs, isPartial: true };
}

/** The value below which a share of sorted values lies; null without any. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
