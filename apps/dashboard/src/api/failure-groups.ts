import { failureGroupsSchema } from "@crewstream/contracts";
import { useQuery } from "@tanstack/react-query";
import { refreshMs } from "./client.ts";
import { queryText, request } from "./request.ts";

/** Failed deliveries grouped by endpoint, status and message, the largest group first. */
export function useFailureGroups(state: "retrying" | "dead", endpoint: string | undefined) {
  return useQuery({
    queryKey: ["groups", state, endpoint],
    queryFn: ({ signal }) =>
      request(`api/v1/deliveries/groups${queryText({ state, endpoint })}`, failureGroupsSchema, { signal }),
    refetchInterval: refreshMs.list,
  });
}
