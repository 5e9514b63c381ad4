import type { FailureGroup } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import type { BulkAction, BulkFilter } from "../../api/deliveries.ts";
import { useFailureGroups } from "../../api/failure-groups.ts";
import { useMay } from "../../api/session.ts";
import { outcomeText, reasonText } from "../../format/failure.ts";
import { count, plural } from "../../format/number.ts";
import { Card } from "../../parts/page.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { hrefTo } from "../../routing/route.ts";
import { BulkDialog, type BulkWish } from "./bulk-dialog.tsx";

type Ask = ((action: BulkAction, filter: BulkFilter) => void) | undefined;

/** Why deliveries failed: one row per cause, with buttons to retry or discard all of them. */
export function FailureGroups({
  state,
  endpoint,
}: {
  state: "retrying" | "dead";
  endpoint: string | undefined;
}): ReactElement {
  const query = useFailureGroups(state, endpoint);
  const [wanted, setWanted] = useState<BulkWish>();
  const mayChange = useMay("admin");
  return (
    <>
      <Loaded query={query} what="the failures">
        {(found) =>
          found.items.length > 0 && (
            <Groups
              state={state}
              endpoint={endpoint}
              found={found}
              ask={mayChange ? (action, filter) => setWanted({ action, filter }) : undefined}
            />
          )
        }
      </Loaded>
      {/* It stays when its deliveries, and so their groups, are gone. */}
      {wanted !== undefined && <BulkDialog wish={wanted} onClose={() => setWanted(undefined)} />}
    </>
  );
}

function Groups({
  state,
  endpoint,
  found: { items, looked_at, total },
  ask,
}: {
  state: "retrying" | "dead";
  endpoint: string | undefined;
  found: { items: FailureGroup[]; looked_at: number; total: number };
  ask: Ask;
}): ReactElement {
  const isPartial = looked_at < total;
  const all = { state, ...(endpoint === undefined ? {} : { endpoint }) };
  return (
    <Card
      title={state === "dead" ? "Why they are dead" : "Why they are being retried"}
      aside={
        ask !== undefined && (
          <span className="row end">
            <button type="button" className="button tiny" onClick={() => ask("retry", all)}>
              Retry all {state}
            </button>
            <button type="button" className="button tiny" onClick={() => ask("discard", all)}>
              Discard all {state}
            </button>
          </span>
        )
      }
    >
      <Table
        label={`Failures grouped by endpoint, status and message: ${state}`}
        columns={columns(state, ask, isPartial)}
        items={items}
        keyOf={({ endpoint, outcome, status, reason }) => JSON.stringify([endpoint, outcome, status, reason])}
      />
      {isPartial && (
        <p className="muted small body">
          The newest {plural(looked_at, "delivery", "deliveries")} of {count(total)} are grouped. An action on a group
          takes all that are like it.
        </p>
      )}
    </Card>
  );
}

function columns(state: "retrying" | "dead", ask: Ask, isPartial: boolean): readonly Column<FailureGroup>[] {
  return [
    {
      name: "Response",
      width: "minmax(200px, 2fr)",
      kind: "wide",
      cell: (group) => (
        <div className="reason">
          <strong>{outcomeText(group)}</strong> <span className="muted small">{reasonText(group)}</span>
        </div>
      ),
    },
    {
      name: "Endpoint",
      width: "minmax(140px, 1.2fr)",
      kind: "wide",
      cell: ({ origin }) => <div className="cut">{origin}</div>,
    },
    {
      name: "Deliveries",
      width: "84px",
      kind: "right",
      label: "deliveries",
      cell: ({ deliveries }) => count(deliveries) + (isPartial ? "+" : ""),
    },
    { name: "Events", width: "76px", kind: "right", label: "events", cell: ({ events }) => count(events) },
    {
      name: "Newest",
      width: "84px",
      kind: "right",
      cell: ({ example, origin }) => (
        <a href={hrefTo(`/deliveries/${example}`)}>
          Open<span className="hidden-label"> the newest delivery of these to {origin}</span>
        </a>
      ),
    },
    {
      name: "Actions",
      width: "216px",
      kind: "right",
      cell: (group) =>
        ask !== undefined && (
          <span className="row end">
            <button type="button" className="button tiny" onClick={() => ask("retry", filterOf(state, group))}>
              Retry all like this
            </button>
            <button type="button" className="button tiny" onClick={() => ask("discard", filterOf(state, group))}>
              Discard
              <span className="hidden-label"> all like this</span>
            </button>
          </span>
        ),
    },
  ];
}

function filterOf(state: "retrying" | "dead", { endpoint, outcome, status, reason }: FailureGroup): BulkFilter {
  return {
    state,
    endpoint,
    ...(outcome === null ? {} : { outcome }),
    ...(status === null ? {} : { status }),
    ...(reason === null ? {} : { reason }),
  };
}
