import type { Delivery, DeliveryViewState } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { outcomeText, reasonText } from "../format/failure.ts";
import { count } from "../format/number.ts";
import { duration } from "../format/time.ts";
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
    cell: ({ id, origin, url }) => (
      <div className="reason">
        <a className="whole" href={hrefTo(`/deliveries/${id}`)}>
          {origin}
          <span className="hidden-label">, delivery {id}</span>
        </a>
        {url !== null && <div className="muted small">{url.slice(origin.length)}</div>}
      </div>
    ),
  },
  {
    name: "Run",
    width: "minmax(100px, 0.7fr)",
    cell: ({ execution_id: id, automation }) => (
      <a className="above small" href={hrefTo(`/executions/${id}`)}>
        <div className="cut">{automation ?? "Run"}</div>
        <code className="muted">…{id.slice(-6)}</code>
      </a>
    ),
  },
  {
    name: "Response",
    width: "minmax(120px, 1.4fr)",
    kind: "wide",
    cell: (delivery) => (
      <div className="reason small">
        <strong>{outcomeText(delivery)}</strong>{" "}
        <span className="muted">
          {reasonText(delivery)}
          {delivery.duration_ms !== null && `in ${duration(delivery.duration_ms)}`}
        </span>
      </div>
    ),
  },
  {
    name: "Events",
    width: "76px",
    label: "events",
    cell: ({ events, first, last }) => (
      <span className="num" title={`events ${first ?? "?"} to ${last ?? "?"} of the run`}>
        {count(events)} <span className="muted small">{first === null ? "" : `#${first}`}</span>
      </span>
    ),
  },
  { name: "Attempts", width: "68px", kind: "right", label: "attempts", cell: ({ attempts }) => count(attempts) },
  {
    name: "Last attempt",
    width: "92px",
    kind: "right",
    label: "last",
    cell: ({ last_attempt_at, sealed_at }) => <Moment at={last_attempt_at ?? sealed_at} />,
  },
];

const next: Column<Delivery> = {
  name: "Next attempt",
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
  isOneRun = false,
}: {
  label: string;
  state: DeliveryViewState;
  items: readonly Delivery[];
  hasMore: boolean;
  onEnd: () => void;
  /** All are of one run: it is not named in each row. */
  isOneRun?: boolean;
}): ReactElement {
  return (
    <LongTable
      label={label}
      columns={(state === "retrying" ? [...base, next] : base).filter(({ name }) => !isOneRun || name !== "Run")}
      items={items}
      keyOf={({ id, last_attempt_at }) => id + (last_attempt_at ?? "")}
      hasMore={hasMore}
      onEnd={onEnd}
    />
  );
}
