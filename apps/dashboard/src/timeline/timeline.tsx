import { useMemo, useState, type CSSProperties, type ReactElement } from "react";
import type { EventFeed } from "../api/events.ts";
import { payloadPreview } from "../format/payload.ts";
import { count } from "../format/number.ts";
import { clockTime, duration } from "../format/time.ts";
import { asText, CodeBlock } from "../parts/copy.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty } from "../parts/states.tsx";
import { useNow } from "../parts/time.tsx";
import { flatten, type FlatSpan } from "./flatten.ts";
import { spansOf, type Span } from "./spans.ts";
import "./timeline.css";

const kindWords = {
  crew: "Crew",
  flow: "Flow",
  method: "Method",
  task: "Task",
  agent: "Agent",
  step: "Step",
  model: "Model",
  tool: "Tool",
  event: "Event",
  other: "",
} as const;

/** A run as a tree of bars: the nesting, the durations, and what failed. A row expands to its two events. */
export function Timeline({ feed }: { feed: EventFeed }): ReactElement {
  const spans = useMemo(() => spansOf(feed.events), [feed.events]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string>();
  const now = useNow();
  const rows = useMemo(() => flatten(spans, closed), [spans, closed]);
  const from = spans[0]?.start ?? now;
  const last = feed.events.at(-1);
  const to = Math.max(from + 1, last === undefined ? now : Date.parse(last.timestamp));
  if (rows.length === 0) {
    return (
      <Empty title={feed.over ? "No step of this run has a start and an end" : "Nothing has started yet"}>
        <p>
          {feed.over ? "Its single events are under Events." : "A crew worker takes the run as soon as one is free."}
        </p>
      </Empty>
    );
  }
  const toggle = (id: string): void => {
    const next = new Set(closed);
    if (!next.delete(id)) next.add(id);
    setClosed(next);
  };
  return (
    <div className="timeline" role="table" aria-label="Timeline of the run">
      <div role="row" className="line head">
        <div role="columnheader">Step</div>
        <div role="columnheader" className="scale">
          <span>0</span>
          <span>{duration((to - from) / 2)}</span>
          <span>{duration(to - from)}</span>
        </div>
        <div role="columnheader" className="right">
          Duration
        </div>
        <div role="columnheader" className="right tokens">
          Tokens
        </div>
      </div>
      {rows.map((row) => (
        <Line
          key={row.span.id}
          row={row}
          from={from}
          to={to}
          isOpen={!closed.has(row.span.id)}
          isChosen={chosen === row.span.id}
          onToggle={() => toggle(row.span.id)}
          onChoose={() => setChosen(chosen === row.span.id ? undefined : row.span.id)}
        />
      ))}
    </div>
  );
}

function Line({
  row: { span, depth },
  from,
  to,
  isOpen,
  isChosen,
  onToggle,
  onChoose,
}: {
  row: FlatSpan;
  from: number;
  to: number;
  isOpen: boolean;
  isChosen: boolean;
  onToggle: () => void;
  onChoose: () => void;
}): ReactElement {
  const hasChildren = span.children.length > 0;
  const end = span.end ?? to;
  const place = {
    "--from": `${((span.start - from) / (to - from)) * 100}%`,
    "--width": `${((end - span.start) / (to - from)) * 100}%`,
  } as CSSProperties;
  return (
    <>
      <div role="row" className={`line ${span.kind} ${span.state}`}>
        <div role="cell" className="what" style={{ paddingInlineStart: depth * 16 }}>
          {hasChildren ? (
            <button type="button" className="twist" onClick={onToggle} aria-expanded={isOpen}>
              <Icon name="open" />
              <span className="hidden-label">
                {isOpen ? "Fold" : "Unfold"} {span.name}
              </span>
            </button>
          ) : (
            <span className="twist" />
          )}
          <button type="button" className="name" aria-expanded={isChosen} onClick={onChoose} title={span.name}>
            <span className="kind">{kindWords[span.kind]}</span> {span.name}
          </button>
          {span.kind === "event" && <span className="cut muted small payload">{payloadPreview(span.started)}</span>}
          {span.state === "failed" && <span className="bad small failed-word">failed</span>}
        </div>
        <div role="cell" className="track">
          <span className="bar" style={place} title={`from ${clockTime(span.start)}`} />
        </div>
        <div role="cell" className="right small num">
          {span.end === undefined ? (
            <span className="info-text">running</span>
          ) : (
            span.kind !== "event" && duration(end - span.start)
          )}
        </div>
        <div role="cell" className="right small num tokens">
          {span.tokens === undefined ? "" : count(span.tokens)}
        </div>
      </div>
      {isChosen && <Details span={span} />}
    </>
  );
}

function Details({ span }: { span: Span }): ReactElement {
  return (
    <div role="row" className="details">
      <div role="cell" className="stack">
        {span.error !== undefined && <p className="bad">{span.error}</p>}
        <div className="columns">
          <CodeBlock label={span.started.type} text={asText(span.started.data)} />
          {span.ended !== undefined && <CodeBlock label={span.ended.type} text={asText(span.ended.data)} />}
        </div>
      </div>
    </div>
  );
}
