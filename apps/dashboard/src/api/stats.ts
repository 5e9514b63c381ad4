import {
  automationsPageSchema,
  automationStatsSchema,
  statsHistorySchema,
  statsSchema,
  type StatsRange,
} from "@crewstream/contracts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { refreshMs } from "./client.ts";
import { queryText, request } from "./request.ts";
import { useIsLimited } from "./session.ts";

/** The system's numbers, refreshed every two seconds. */
export function useStats() {
  const isLimited = useIsLimited();
  return useQuery({
    enabled: !isLimited,
    queryKey: ["stats"],
    queryFn: ({ signal }) => request("api/v1/stats", statsSchema, { signal }),
    refetchInterval: refreshMs.stats,
    placeholderData: keepPreviousData,
  });
}

/** The automations that live crew workers have found. */
export function useAutomations() {
  return useQuery({
    queryKey: ["automations"],
    queryFn: ({ signal }) => request("api/v1/automations", automationsPageSchema, { signal }),
    refetchInterval: refreshMs.list * 2,
  });
}

/** How an automation's runs of a range ended, and how long they took. */
export function useAutomationStats(name: string, range: StatsRange) {
  return useQuery({
    queryKey: ["automation-stats", name, range],
    queryFn: ({ signal }) =>
      request(`api/v1/automations/${encodeURIComponent(name)}/stats?range=${range}`, automationStatsSchema, { signal }),
    refetchInterval: refreshMs.list * 2,
    placeholderData: keepPreviousData,
  });
}

/** Traffic and response times over a range; of one endpoint or of all. */
export function useStatsHistory(range: StatsRange, endpoint?: string) {
  return useQuery({
    queryKey: ["stats-history", range, endpoint],
    queryFn: ({ signal }) =>
      request(`api/v1/stats/history${queryText({ range, endpoint })}`, statsHistorySchema, { signal }),
    refetchInterval: range === "15m" || range === "1h" ? refreshMs.list : refreshMs.list * 8,
    placeholderData: keepPreviousData,
  });
}
