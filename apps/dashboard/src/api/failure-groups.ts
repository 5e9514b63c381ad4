import { deliveriesPageSchema, type Delivery } from "@crewstream/contracts";
import { useQuery } from "@tanstack/react-query";
import { groupFailures } from "./grouping.ts";
import { refreshMs } from "./client.ts";
import { queryText, request } from "./request.ts";

/** Deliveries that are looked at for grouping; more of them hardly ever fail in further ways. */
const mostScanned = 1000;
const pageLength = 200;

/** Failed deliveries grouped by why; `isPartial` when there are more than were looked at. */
export function useFailureGroups(state: "retrying" | "dead", endpoint: string | undefined) {
  return useQuery({
    queryKey: ["groups", state, endpoint],
    queryFn: async ({ signal }) => {
      const scanned: Delivery[] = [];
      let cursor: string | undefined;
      do {
        const query = queryText({ state, endpoint, limit: pageLength, cursor });
        const page = await request(`api/v1/deliveries${query}`, deliveriesPageSchema, { signal });
        scanned.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && scanned.length < mostScanned);
      return { groups: groupFailures(scanned, state), isPartial: cursor !== undefined, scanned: scanned.length };
    },
    refetchInterval: refreshMs.list,
  });
}
