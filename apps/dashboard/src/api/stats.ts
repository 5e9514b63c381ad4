import { automationsPageSchema, statsSchema } from "@crewstream/contracts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { refreshMs } from "./client.ts";
import { request } from "./request.ts";
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
