import { deliveryStates, endpointOrigin, type DeliveryViewState } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useDeliveries, type DeliveryFilter } from "../api/deliveries.ts";
import { useStats } from "../api/stats.ts";
import { DeliveryTable } from "../parts/delivery-table.tsx";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { hrefTo, navigate, useRoute } from "../routing/route.ts";
import { FailureGroups } from "./deliveries/failure-groups.tsx";

const words: Record<DeliveryViewState, string> = {
  retrying: "Retrying",
  dead: "Dead",
  pending: "Pending",
  delivered: "Delivered",
};
const order = ["retrying", "dead", "pending", "delivered"] as const;

const emptyWords: Record<DeliveryViewState, readonly [string, string]> = {
  retrying: [
    "Nothing waits for a retry",
    "Every delivery that failed has been acknowledged, discarded or dead-lettered since.",
  ],
  dead: [
    "No delivery is dead",
    "A delivery whose retries are used up is listed here until someone retries or discards it.",
  ],
  pending: ["Nothing is in flight", "Deliveries are listed here during their first attempt."],
  delivered: ["Nothing has been delivered yet", "Kick an automation off with a webhook."],
};

/** Deliveries by state; failed ones are grouped by cause, so that a whole outage is fixed at once. */
export function DeliveriesPage(): ReactElement {
  const { query } = useRoute();
  const asked = query.get("state");
  const state = deliveryStates.find((each) => each === asked) ?? "retrying";
  const endpoint = query.get("endpoint") ?? undefined;
  const { data: stats } = useStats();
  const show = (next: Record<string, string | undefined>): void =>
    navigate(hrefTo("/deliveries", { state, endpoint, ...next }), { replace: true });
  const filter: DeliveryFilter = {
    state,
    endpoint,
    outcome: query.get("outcome") ?? undefined,
    status: query.get("status") ?? undefined,
    reason: query.get("reason") ?? undefined,
  };
  return (
    <Page title="Deliveries">
      {endpoint !== undefined && (
        <div className="row">
          <span>
            Only to <strong>{endpointOrigin(endpoint) ?? endpoint}</strong>
          </span>
          <button type="button" className="button tiny" onClick={() => show({ endpoint: undefined })}>
            To all endpoints
          </button>
        </div>
      )}
      <Tabs
        label="States of deliveries"
        value={state}
        onChange={(next) => show({ state: next })}
        items={order.map((each) => ({
          value: each,
          label: words[each],
          count:
            endpoint === undefined && (each === "retrying" || each === "dead") ? stats?.deliveries[each] : undefined,
        }))}
      >
        {(state === "retrying" || state === "dead") && <FailureGroups state={state} endpoint={endpoint} />}
        <DeliveryList filter={filter} />
      </Tabs>
    </Page>
  );
}

function DeliveryList({ filter }: { filter: DeliveryFilter }): ReactElement {
  const list = useDeliveries(filter);
  const [title, hint] = emptyWords[filter.state];
  return (
    <Loaded query={list} what="deliveries">
      {() => (
        <section className="card" aria-label={`${words[filter.state]} deliveries`}>
          {list.items.length > 0 ? (
            <DeliveryTable
              label={`${words[filter.state]} deliveries`}
              state={filter.state}
              items={list.items}
              hasMore={list.hasNextPage && !list.isFetchingNextPage}
              onEnd={() => void list.fetchNextPage()}
            />
          ) : (
            <Empty title={title}>
              <p>{hint}</p>
            </Empty>
          )}
        </section>
      )}
    </Loaded>
  );
}
