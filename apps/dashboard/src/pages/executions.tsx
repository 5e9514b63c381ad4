import { executionStates, parseExecutionId, type ExecutionSummary } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import { useExecutions } from "../api/executions.ts";
import { useAutomations } from "../api/stats.ts";
import { errorKind } from "../format/failure.ts";
import { count } from "../format/number.ts";
import { ExecutionBadge, executionWord } from "../parts/badge.tsx";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { LongTable, type Column } from "../parts/table.tsx";
import { Elapsed, Moment } from "../parts/time.tsx";
import { hrefTo, navigate, useQueryValue } from "../routing/route.ts";

const columns: readonly Column<ExecutionSummary>[] = [
  { name: "State", width: "134px", cell: ({ state }) => <ExecutionBadge state={state} /> },
  {
    name: "Automation",
    width: "minmax(140px, 1fr)",
    cell: ({ id, automation }) => (
      <a className="whole cut" href={hrefTo(`/executions/${id}`)}>
        {automation}
      </a>
    ),
  },
  {
    name: "Now",
    width: "minmax(140px, 1.6fr)",
    kind: "wide",
    cell: (execution) => <WhatNow execution={execution} />,
  },
  { name: "Started", width: "92px", cell: ({ created_at }) => <Moment at={created_at} /> },
  {
    name: "Took",
    width: "92px",
    kind: "right",
    label: "took",
    cell: ({ started_at, ended_at }) => <Elapsed from={started_at} to={ended_at} />,
  },
  { name: "Events", width: "68px", kind: "right", label: "events", cell: ({ events }) => count(events) },
  {
    name: "Tokens",
    width: "76px",
    kind: "right",
    label: "tokens",
    cell: ({ usage }) => (usage?.total_tokens === undefined ? "–" : count(usage.total_tokens)),
  },
  {
    name: "Id",
    width: "112px",
    kind: "wide-only",
    cell: ({ id }) => (
      <code className="muted" title={id}>
        …{id.slice(-12)}
      </code>
    ),
  },
];

function WhatNow({ execution }: { execution: ExecutionSummary }): ReactElement {
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

/** All executions, the newest first. */
export function ExecutionsPage(): ReactElement {
  const [state, setState] = useQueryValue("state");
  const [automation, setAutomation] = useQueryValue("automation");
  const automations = useAutomations();
  const list = useExecutions({ status: state, automation });
  const names = automations.data?.items.map(({ name }) => name) ?? [];
  return (
    <Page title="Executions">
      <div className="filters">
        <FindById />
        <label>
          <span className="hidden-label">State</span>
          <select value={state} onChange={(event) => setState(event.target.value)}>
            <option value="">All states</option>
            {executionStates.map((each) => (
              <option key={each} value={each}>
                {executionWord(each)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="hidden-label">Automation</span>
          <select value={automation} onChange={(event) => setAutomation(event.target.value)}>
            <option value="">All automations</option>
            {[...new Set([...names, ...(automation === "" ? [] : [automation])])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Loaded query={list} what="executions">
        {() => (
          <section className="card" aria-label="Executions">
            {list.items.length > 0 ? (
              <LongTable
                label="Executions"
                columns={columns}
                items={list.items}
                keyOf={({ id }) => id}
                hasMore={list.hasNextPage && !list.isFetchingNextPage}
                onEnd={() => void list.fetchNextPage()}
              />
            ) : (
              <Nothing filtered={state !== "" || automation !== ""} />
            )}
          </section>
        )}
      </Loaded>
    </Page>
  );
}

function Nothing({ filtered }: { filtered: boolean }): ReactElement {
  return filtered ? (
    <Empty title="No execution is like this">
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

/** Goes to an execution, or a delivery, whose id someone has at hand. */
function FindById(): ReactElement {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = text.trim();
        const id = parseExecutionId(wanted);
        if (id !== undefined) navigate(hrefTo(`/executions/${id}`));
        else if (wanted.startsWith("dlv_")) navigate(hrefTo(`/deliveries/${encodeURIComponent(wanted)}`));
        else setProblem("That is no kickoff id and no delivery id");
      }}
    >
      <input
        type="search"
        aria-label="Kickoff id or delivery id"
        placeholder="Kickoff id or delivery id"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setProblem("");
        }}
      />
      <span className="bad small" role="status">
        {problem}
      </span>
    </form>
  );
}
