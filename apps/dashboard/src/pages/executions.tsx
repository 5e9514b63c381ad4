import type { ExecutionSummary } from "@crewstream/contracts";
import { useMemo, type ReactElement } from "react";
import { useExecutions } from "../api/executions.ts";
import { errorKind } from "../format/failure.ts";
import { count } from "../format/number.ts";
import { ExecutionBadge } from "../parts/badge.tsx";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { LongTable, type Column } from "../parts/table.tsx";
import { Elapsed, Moment } from "../parts/time.tsx";
import { hrefTo, useRoute } from "../routing/route.ts";
import { Filters, sinceOf } from "./executions/filters.tsx";

/** Executions that the API reads for one page of a search. */
const scannedPerPage = 1000;

const columns: readonly Column<ExecutionSummary>[] = [
  { name: "State", width: "136px", cell: ({ state }) => <ExecutionBadge state={state} /> },
  {
    name: "Automation",
    width: "minmax(170px, 1.2fr)",
    cell: ({ id, automation }) => (
      <div className="cut">
        <a className="whole" href={hrefTo(`/executions/${id}`)}>
          {automation}
        </a>{" "}
        <code className="muted" title={id}>
          …{id.slice(-6)}
        </code>
      </div>
    ),
  },
  {
    name: "Inputs",
    width: "minmax(110px, 1.3fr)",
    kind: "wide",
    cell: ({ inputs_preview: preview }) => (
      <div className="cut small" title={preview ?? undefined}>
        {preview ?? <span className="muted">–</span>}
      </div>
    ),
  },
  {
    name: "Progress",
    width: "minmax(110px, 1.3fr)",
    kind: "wide",
    cell: (execution) => <Progress execution={execution} />,
  },
  { name: "Started", width: "84px", cell: ({ created_at }) => <Moment at={created_at} /> },
  {
    name: "Duration",
    width: "80px",
    kind: "right",
    label: "duration",
    cell: ({ started_at, ended_at }) => <Elapsed from={started_at} to={ended_at} />,
  },
  { name: "Events", width: "52px", kind: "right", label: "events", cell: ({ events }) => count(events) },
  {
    name: "Tokens",
    width: "60px",
    kind: "right",
    label: "tokens",
    cell: ({ usage }) => (usage?.total_tokens === undefined ? "–" : count(usage.total_tokens)),
  },
];

function Progress({ execution }: { execution: ExecutionSummary }): ReactElement {
  const { error, error_type, progress, state } = execution;
  if (error !== null) {
    const kind = errorKind(error_type);
    const text = kind === null || error.startsWith(`${kind}:`) ? error : `${kind}: ${error}`;
    return (
      <div className={`cut small ${state === "FAILED" ? "bad" : "muted"}`} title={text}>
        {text}
      </div>
    );
  }
  if (progress === null) return <span className="muted">–</span>;
  const { completed, total, unit, current } = progress;
  const done =
    total === null ? `${completed} ${completed === 1 ? unit : `${unit}s`}` : `${completed} of ${total} ${unit}s`;
  return (
    <div className="cut small muted">
      {done}
      {current !== null && state !== "SUCCESS" && ` · ${current}`}
    </div>
  );
}

/** All executions, newest first. */
export function ExecutionsPage(): ReactElement {
  const { query } = useRoute();
  const range = query.get("range") ?? "";
  // It changes only with the selection: a list whose query changed every second would never be shown.
  const since = useMemo(() => sinceOf(range), [range]);
  const filter = {
    status: query.get("state") ?? "",
    automation: query.get("automation") ?? "",
    search: query.get("search") ?? "",
    since,
    min_duration_ms: Number(query.get("duration") ?? 0) || undefined,
  };
  const list = useExecutions(filter);
  const isFiltered = Object.values(filter).some((value) => value !== undefined && value !== "");
  const reads = list.isFetchingNextPage;
  // After a page without a match the next one is not read automatically: there may be thousands.
  const isWithoutMatch = list.data?.pages.at(-1)?.items.length === 0;
  return (
    <Page title="Executions">
      <Filters />
      <Loaded query={list} what="executions">
        {() => (
          <section className="card" aria-label="Executions">
            {list.items.length > 0 ? (
              <LongTable
                label="Executions"
                columns={columns}
                items={list.items}
                keyOf={({ id }) => id}
                hasMore={list.hasNextPage && !reads && !isWithoutMatch}
                onEnd={() => void list.fetchNextPage()}
              />
            ) : (
              !list.hasNextPage && <Nothing filtered={isFiltered} />
            )}
            {list.hasNextPage && isWithoutMatch && (
              <div className="row body">
                <span className="grow muted" role="status">
                  {list.items.length === 0 ? "No match" : "No further match"} among the newest{" "}
                  {count((list.data?.pages.length ?? 1) * scannedPerPage)} executions that were searched.
                </span>
                <button type="button" className="button" disabled={reads} onClick={() => void list.fetchNextPage()}>
                  {reads ? "Searching…" : "Search older ones"}
                </button>
              </div>
            )}
          </section>
        )}
      </Loaded>
    </Page>
  );
}

function Nothing({ filtered }: { filtered: boolean }): ReactElement {
  return filtered ? (
    <Empty title="No execution matches">
      <p>
        <a href="#/executions">Show all executions</a>
      </p>
    </Empty>
  ) : (
    <Empty title="Nothing has been run yet">
      <p>
        Choose an <a href="#/automations">automation</a> and kick it off.
      </p>
    </Empty>
  );
}
