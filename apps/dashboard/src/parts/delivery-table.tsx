import type { Delivery, DeliveryViewState } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { outcomeText, reasonText } from "../format/failure.ts";
import { count } from "../format/number.ts";
import { hrefTo } from "../routing/route.ts";
import { DeliveryBadge } from "./badge.tsx";
import { LongTable, type Column } from "./table.tsx";
import { Countdown, Moment } from "./time.tsx";

const base: readonly Column<Delivery>[] = [
  { name: "State", width: "100px", cell: ({ state }) => <DeliveryBadge state={state} /> },
  {
    name: "Endpoint",
    width: "minmax(150px, 1.2fr)",
    kind: "wide",
    cell: ({ id, origin }) => (
      <a className="whole cut" href={hrefTo(`/deliveries/${id}`)}>
        {origin}
        <span className="hidden-label">, delivery {id}</span>
      </a>
    ),
  },
  {
    name: "Last answer",
    width: "minmax(120px, 1.4fr)",
    kind: "wide",
    cell: (delivery) => (
      <div className="cut small" title={reasonText(delivery)}>
        <strong>{outcomeText(delivery)}</strong> <span className="muted">{reasonText(delivery)}</span>
      </div>
    ),
  },
  {
    name: "Events",
    width: "104px",
    label: "events",
    cell: ({ events, first, last }) => (
      <span className="num" title={`events ${first ?? "?"} to ${last ?? "?"} of the run`}>
        {count(events)} <span className="muted small">{first === null ? "" : `#${first}`}</span>
      </span>
    ),
  },
  { name: "Attempts", width: "72px", kind: "right", label: "attempts", cell: ({ attempts }) => count(attempts) },
  {
    name: "Last",
    width: "92px",
    kind: "right",
    label: "last",
    cell: ({ last_attempt_at, sealed_at }) => <Moment at={last_attempt_at ?? sealed_at} />,
  },
];

const next: Column<Delivery> = {
  name: "Next",
  width: "92px",
  kind: "right",
  label: "next",
  cell: ({ next_attempt_at }) =>
    next_attempt_at === null ? <span className="muted">–</span> : <Countdown to={next_attempt_at} due="due" />,
};

export function DeliveryTable({
  label,
  state,
  items,
  hasMore,
  onEnd,
}: {
  label: string;
  state: DeliveryViewState;
  items: readonly Delivery[];
  hasMore: boolean;
  onEnd: () => void;
}): ReactElement {
  return (
    <LongTable
      label={label}
      columns={state === "retrying" ? [...base, next] : base}
      items={items}
      keyOf={({ id, last_attempt_at }) => id + (last_attempt_at ?? "")}
      hasMore={hasMore}
      onEnd={onEnd}
    />
  );
}
