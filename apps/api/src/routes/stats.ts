import { statsSchema, type Stats } from "@crewstream/contracts";
import { countDeliveries, countLive, dataLostAt, liveProcesses, readTallies } from "@crewstream/redis";
import { oldestUndelivered } from "../lists/oldest-undelivered.ts";
import type { Operation } from "../operations/operation.ts";
import { minuteView, sumTallies, tallyView } from "../views/tally.ts";

const shownMinutes = 60;
const recentMinutes = 5;

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
];
