import type { AutomationStats, ExecutionSummary, StatsRange } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useExecutions } from "../../api/executions.ts";
import { useMay } from "../../api/session.ts";
import { useAutomationStats } from "../../api/stats.ts";
import { count, percent } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { ExecutionBadge } from "../../parts/badge.tsx";
import { Card } from "../../parts/page.tsx";
import { rangeTexts, RangeSelect, useRange } from "../../parts/range.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Elapsed, Moment } from "../../parts/time.tsx";
import { hrefTo } from "../../routing/route.ts";

const shownRuns = 10;

/** How an automation's runs have been going, and the newest of them. */
export function Runs({ name }: { name: string }): ReactElement | null {
  const [range, setRange] = useRange("24h");
  const mayRead = useMay("read");
  if (!mayRead) return null;
  return (
    <>
      <Numbers name={name} range={range} setRange={setRange} />
      <Recent name={name} />
    </>
  );
}

function Numbers({
  name,
  range,
  setRange,
}: {
  name: string;
  range: StatsRange;
  setRange: (range: string) => void;
}): ReactElement {
  const query = useAutomationStats(name, range);
  return (
    <Card title="Runs" aside={<RangeSelect value={range} onChange={setRange} />}>
      <Loaded query={query} what="the numbers">
        {(stats) =>
          stats.runs === 0 ? (
            <Empty title={`No run in the ${rangeTexts[range].toLowerCase()}`} />
          ) : (
            <Tiles stats={stats} range={range} />
          )
        }
      </Loaded>
    </Card>
  );
}

function Tiles({ stats, range }: { stats: AutomationStats; range: StatsRange }): ReactElement {
  const { runs, succeeded, failed, cancelled, live, success_rate: rate, p50_ms: p50, p95_ms: p95 } = stats;
  const bars = stats.steps.map((step) => ({ good: step.succeeded, bad: step.failed }));
  return (
    <>
      <dl className="tiles bare">
        <div className="tile">
          <dt>Runs</dt>
          <dd>
            {count(runs)}
            {stats.is_partial && "+"}
            <div className="note">
              {live > 0 ? `${count(live)} not ended` : "all ended"}
              {cancelled > 0 && `, ${count(cancelled)} cancelled`}
            </div>
          </dd>
        </div>
        <div className="tile">
          <dt>Success rate</dt>
          <dd>
            <span className={rate === null || rate > 0.99 ? "" : rate > 0.9 ? "warn" : "bad"}>
              {rate === null ? "–" : percent(rate)}
            </span>
            <div className="note">{`${count(failed)} of ${count(succeeded + failed)} failed`}</div>
          </dd>
        </div>
        <div className="tile">
          <dt>Duration p50</dt>
          <dd>
            {p50 === null ? "–" : duration(p50)}
            <div className="note">half took at most this</div>
          </dd>
        </div>
        <div className="tile">
          <dt>Duration p95</dt>
          <dd>
            {p95 === null ? "–" : duration(p95)}
            <div className="note">1 in 20 took longer</div>
          </dd>
        </div>
        <div className="tile">
          <dt>{rangeTexts[range]}</dt>
          <dd>
            <Sparkline
              bars={bars}
              label={`${rangeTexts[range]}: ${count(succeeded)} succeeded, ${count(failed)} failed`}
            />
          </dd>
        </div>
      </dl>
      {stats.is_partial && <p className="muted small body">Of the newest 1,000 runs.</p>}
    </>
  );
}

const columns: readonly Column<ExecutionSummary>[] = [
  { name: "State", width: "136px", cell: ({ state }) => <ExecutionBadge state={state} /> },
  {
    name: "Inputs",
    width: "minmax(120px, 1fr)",
    kind: "wide",
    cell: ({ id, inputs_preview: preview, error }) => (
      <>
        <div className="cut">
          <a className="whole" href={hrefTo(`/executions/${id}`)}>
            <span className="hidden-label">Run {id}: </span>
            {preview ?? "no inputs"}
          </a>
        </div>
        {error !== null && <div className="cut small bad">{error}</div>}
      </>
    ),
  },
  { name: "Started", width: "92px", cell: ({ created_at: at }) => <Moment at={at} /> },
  {
    name: "Duration",
    width: "80px",
    kind: "right",
    label: "duration",
    cell: ({ started_at: from, ended_at: to }) => <Elapsed from={from} to={to} />,
  },
];

function Recent({ name }: { name: string }): ReactElement {
  const list = useExecutions({ automation: name });
  return (
    <Card title="Recent runs" aside={<a href={hrefTo("/executions", { automation: name })}>All runs</a>}>
      <Loaded query={list} what="the runs">
        {() =>
          list.items.length === 0 ? (
            <Empty title="It has not been run yet">
              <p>Kick it off below.</p>
            </Empty>
          ) : (
            <Table
              label="Recent runs"
              columns={columns}
              items={list.items.slice(0, shownRuns)}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
