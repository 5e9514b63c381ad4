import { useState, type ReactElement } from "react";
import type { RetryFilter } from "../../api/deliveries.ts";
import { useFailureGroups } from "../../api/failure-groups.ts";
import type { FailureGroup } from "../../api/grouping.ts";
import { useMay } from "../../api/session.ts";
import { outcomeText } from "../../format/http-status.ts";
import { count, plural } from "../../format/number.ts";
import { Card } from "../../parts/page.tsx";
import { Failure } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Moment } from "../../parts/time.tsx";
import { RetryAllDialog } from "./retry-all-dialog.tsx";

/** Why deliveries failed: one row for all that failed alike, with a way to retry them together. */
export function FailureGroups({
  state,
  endpoint,
}: {
  state: "retrying" | "dead";
  endpoint: string | undefined;
}): ReactElement | null {
  const query = useFailureGroups(state, endpoint);
  const [wanted, setWanted] = useState<RetryFilter>();
  const mayRetry = useMay("admin");
  if (query.error !== null) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined || query.data.groups.length === 0) return null;
  const { groups, isPartial, scanned } = query.data;
  return (
    <>
      <Card
        title="Why they failed"
        aside={
          mayRetry && (
            <button
              type="button"
              className="button tiny"
              onClick={() => setWanted({ state, ...(endpoint === undefined ? {} : { endpoint }) })}
            >
              Retry everything {state}
            </button>
          )
        }
      >
        <Table
          label="Failures grouped by endpoint, status and message"
          columns={columns(mayRetry ? (group) => setWanted(filterOf(group)) : undefined, isPartial)}
          items={groups}
          keyOf={({ key }) => key}
        />
        {isPartial && (
          <p className="muted small body">
            Grouped over {plural(scanned, "delivery", "deliveries")}; there are more. Retrying a group takes all that
            are like it.
          </p>
        )}
      </Card>
      {wanted !== undefined && <RetryAllDialog filter={wanted} onClose={() => setWanted(undefined)} />}
    </>
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
        <div className="cut" title={group.reason ?? ""}>
          <strong>{outcomeText(group)}</strong> <span className="muted small">{group.reason}</span>
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
      cell: (group) => count(group.count) + (isPartial ? "+" : ""),
    },
    { name: "First", width: "92px", kind: "right", label: "first", cell: ({ oldest }) => <Moment at={oldest} /> },
    { name: "Last", width: "92px", kind: "right", label: "last", cell: ({ newest }) => <Moment at={newest} /> },
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

function filterOf({ state, endpoint, outcome, status, reason }: FailureGroup): RetryFilter {
  return {
    state,
    endpoint,
    ...(outcome === null ? {} : { outcome }),
    ...(status === null ? {} : { status }),
    ...(reason === null ? {} : { reason }),
  };
}
