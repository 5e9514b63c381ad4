import {
  statsHistoryQuerySchema,
  statsHistorySchema,
  statsSchema,
  type Stats,
  type StatsRange,
} from "@crewstream/contracts";
import {
  countDeliveries,
  countLive,
  dataLostAt,
  liveProcesses,
  readTallies,
  readTallySteps,
  type TallyUnit,
} from "@crewstream/redis";
import { oldestUndelivered } from "../lists/oldest-undelivered.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { minuteView, sumTallies, tallyView } from "../views/tally.ts";

const shownMinutes = 60;
const recentMinutes = 5;

/** Steps of a range: what one request reads. */
const steps: Record<StatsRange, { unit: TallyUnit; count: number }> = {
  "15m": { unit: "minute", count: 15 },
  "1h": { unit: "minute", count: 60 },
  "24h": { unit: "hour", count: 24 },
  "7d": { unit: "hour", count: 168 },
};

/** The numbers of the whole deployment, under `/api/v1`. */
export const statsOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/stats",
    tag: "Statistics",
    summary: "Shows throughput, failures, queues and processes",
    scopes: ["read"],
    answers: { 200: { description: "The numbers", schema: statsSchema } },
    handle:
      ({ store, queues }) =>
      async (_request, response) => {
        const now = Date.now();
        const [minutes, retrying, dead, live, processes, depths, oldest, lostAt] = await Promise.all([
          readTallies(store, { minutes: shownMinutes, now }),
          countDeliveries(store, "retrying"),
          countDeliveries(store, "dead"),
          countLive(store),
          liveProcesses(store, now),
          queues.depths(),
          oldestUndelivered(store),
          dataLostAt(store),
        ]);
        const stats: Stats = {
          now: new Date(now).toISOString(),
          recent: tallyView(sumTallies(minutes, recentMinutes)),
          minutes: minutes.map(minuteView),
          deliveries: { retrying, dead },
          data_lost_at: lostAt?.toISOString() ?? null,
          oldest_undelivered_at: oldest ?? null,
          executions: { live },
          processes: processes.map(({ id, kind, host, pid, startedAt }) => ({
            id,
            kind,
            host,
            pid,
            started_at: new Date(startedAt).toISOString(),
          })),
          queues: depths,
        };
        response.json(stats);
      },
  },
  {
    method: "get",
    path: "/stats/history",
    tag: "Statistics",
    summary: "Shows throughput, failures and response times over a range, by minutes or hours",
    scopes: ["read"],
    query: statsHistoryQuerySchema,
    answers: { 200: { description: "The steps", schema: statsHistorySchema } },
    handle:
      ({ store }) =>
      async (request, response) => {
        const { range, endpoint } = parseInput(statsHistoryQuerySchema, request.query);
        const found = await readTallySteps(store, { ...steps[range], endpoint, now: Date.now() });
        response.json({ steps: found.map(({ at, tally }) => minuteView({ minute: at, tally })) });
      },
  },
];
