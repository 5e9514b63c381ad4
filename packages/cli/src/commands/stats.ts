import { plural, statsSchema, type Stats } from "@crewstream/contracts";
import type { Command } from "commander";
import { milliseconds, percent } from "../output/figures.ts";
import type { Io } from "../output/io.ts";
import { formatFacts } from "../output/table.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

/** `crewstream stats`: throughput, backlog and live processes. */
export function addStatsCommand(program: Command, io: Io): void {
  withApiOptions(program.command("stats").description("Show throughput, backlog and live processes")).action(
    async (options: ApiOptions) => {
      const client = await connect(options, io);
      const stats = await client.get("/api/v1/stats", statsSchema);
      if (options.json === true) writeJson(io, stats);
      else io.write(formatFacts(facts(stats)));
    },
  );
}

function facts({ recent, deliveries, executions, processes, queues, ...stats }: Stats): (readonly [string, string])[] {
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const alive = (kind: string): number => processes.filter((process) => process.kind === kind).length;
  const lost = stats.data_lost_at;
  return [
    ...(lost === null ? [] : [["data lost", `Redis lost its data at ${lost}`] as const]),
    ["last 5 minutes", ""],
    ["  published", plural(recent.published, "event")],
    ["  delivered", `${plural(recent.events, "event")} in ${plural(recent.delivered, "request")}`],
    ["  failed", plural(recent.failed, "request")],
    ["  success", percent(recent.success_rate)],
    ["  answer time", `${milliseconds(recent.p50_ms)} (p50), ${milliseconds(recent.p95_ms)} (p95)`],
    ["now", ""],
    ["  live runs", String(executions.live)],
    ["  retrying", plural(deliveries.retrying, "delivery", "deliveries")],
    ["  dead", plural(deliveries.dead, "delivery", "deliveries")],
    ["  oldest event", oldest(stats.oldest_undelivered_at, Date.parse(stats.now))],
    ["  jobs waiting", String(waiting)],
    ["  processes", `${alive("api")} api, ${alive("crew")} crew, ${alive("delivery")} delivery`],
  ];
}

function oldest(at: string | null, now: number): string {
  if (at === null) return "all are delivered";
  return `${Math.max(0, Math.round((now - Date.parse(at)) / 1000))} s undelivered, since ${at}`;
}
