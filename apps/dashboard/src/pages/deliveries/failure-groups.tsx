import type { FailureGroup } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import type { RetryFilter } from "../../api/deliveries.ts";
import { useFailureGroups } from "../../api/failure-groups.ts";
import { useMay } from "../../api/session.ts";
import { outcomeText, reasonText } from "../../format/failure.ts";
import { count, plural } from "../../format/number.ts";
import { Card } from "../../parts/page.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { hrefTo } from "../../routing/route.ts";
import { RetryAllDialog } from "./retry-all-dialog.tsx";

/** Why deliveries failed: one row for all that failed alike, with a way to retry them together. */
export function FailureGroups({
  state,
  endpoint,
}: {
  state: "retrying" | "dead";
  endpoint: string | undefined;
}): ReactElement {
  const query = useFailureGroups(state, endpoint);
  const [wanted, setWanted] = useState<RetryFilter>();
  const mayRetry = useMay("admin");
  return (
    <>
      <Loaded query={query} what="the failures">
        {(found) =>
          found.items.length > 0 && (
            <Groups state={state} endpoint={endpoint} found={found} retry={mayRetry ? setWanted : undefined} />
          )
        }
      </Loaded>
      {/* It stays when what it retries has drained, and its groups are gone. */}
      {wanted !== undefined && <RetryAllDialog filter={wanted} onClose={() => setWanted(undefined)} />}
    </>
  );
}

function Groups({
  state,
  endpoint,
  found: { items, looked_at, total },
  retry,
}: {
  state: "retrying" | "dead";
  endpoint: string | undefined;
  found: { items: FailureGroup[]; looked_at: number; total: number };
  retry: ((filter: RetryFilter) => void) | undefined;
}): ReactElement {
  const isPartial = looked_at < total;
  return (
    <Card
      title={state === "dead" ? "Why they are dead" : "Why they are being retried"}
      aside={
        retry !== undefined && (
          <button
            type="button"
            className="button tiny"
            onClick={() => retry({ state, ...(endpoint === undefined ? {} : { endpoint }) })}
          >
            Retry everything {state}
          </button>
        )
      }
    >
      <Table
        label={`Failures grouped by endpoint, status and message: ${state}`}
        columns={columns(retry === undefined ? undefined : (group) => retry(filterOf(state, group)), isPartial)}
        items={items}
        keyOf={({ endpoint, outcome, status, reason }) => JSON.stringify([endpoint, outcome, status, reason])}
      />
      {isPartial && (
        <p className="muted small body">
          The newest {plural(looked_at, "delivery", "deliveries")} of {count(total)} are grouped. Retrying a group takes
          all that are like it.
        </p>
      )}
    </Card>
  );
}

function columns(
  retry: ((group: FailureGroup) => void) | undefined,
  isPartial: boolean,
): readonly Column<FailureGroup>[] {
  return [
    {
      name: "What came back",
      width: "minmax(200px, 2fr)",
      kind: "wide",
      cell: (group) => (
        <div className="cut" title={reasonText(group)}>
          <strong>{outcomeText(group)}</strong> <span className="muted small">{reasonText(group)}</span>
        </div>
      ),
    },
    {
      name: "From",
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
      name: "Do",
      width: "150px",
      kind: "right",
      cell: (group) =>
        retry !== undefined && (
          <button type="button" className="button tiny" onClick={() => retry(group)}>
            Retry all like this
          </button>
        ),
    },
  ];
}

function filterOf(state: "retrying" | "dead", { endpoint, outcome, status, reason }: FailureGroup): RetryFilter {
  return {
    state,
    endpoint,
    ...(outcome === null ? {} : { outcome }),
    ...(status === null ? {} : { status }),
    ...(reason === null ? {} : { reason }),
  };
}
