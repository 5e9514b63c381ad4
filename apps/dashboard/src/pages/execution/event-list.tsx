import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { maxEvents, type EventFeed, type RunEvent } from "../../api/events.ts";
import { count, plural } from "../../format/number.ts";
import { payloadPreview } from "../../format/payload.ts";
import { clockTime, exactTime } from "../../format/time.ts";
import { asText, CodeBlock } from "../../parts/copy.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty } from "../../parts/states.tsx";
import { isCustom } from "../../timeline/spans.ts";
import "./event-list.css";

/** The raw events in order, with a search over all of their text; a row expands to the whole event. */
export function EventList({ feed, executionId }: { feed: EventFeed; executionId: string }): ReactElement {
  const [search, setSearch] = useState("");
  const [type, setType] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const types = useMemo(() => countTypes(feed.events), [feed.events]);
  const found = useMemo(
    () =>
      feed.events.filter(
        (event) =>
          (type === "" || event.type === type) &&
          (wanted === "" || JSON.stringify(event).toLowerCase().includes(wanted)),
      ),
    [feed.events, wanted, type],
  );
  return (
    <>
      <div className="filters">
        <input
          type="search"
          aria-label="Search events"
          placeholder="Search in all events"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <label>
          <span className="hidden-label">Type</span>
          <select value={type} onChange={(event) => setType(event.target.value)}>
            <option value="">All types</option>
            {types.map(([name, number]) => (
              <option key={name} value={name}>
                {name} ({number})
              </option>
            ))}
          </select>
        </label>
        <span className="muted small" role="status">
          {found.length === feed.events.length
            ? plural(found.length, "event")
            : `${count(found.length)} of ${plural(feed.events.length, "event")}`}
          {feed.over ? "" : ", more as they come"}
          {feed.truncated &&
            `. The rest, after ${count(maxEvents)}, is at GET /api/v1/executions/${executionId}/events`}
        </span>
      </div>
      <section className="card" aria-label="Events">
        {found.length === 0 ? (
          <Empty title={feed.events.length === 0 ? "No event yet" : "No event matches"} />
        ) : (
          <Rows events={found} />
        )}
      </section>
    </>
  );
}

function Rows({ events }: { events: readonly RunEvent[] }): ReactElement {
  const box = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  useLayoutEffect(() => setTop((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const rows = useWindowVirtualizer({
    count: events.length,
    estimateSize: () => 35,
    overscan: 15,
    scrollMargin: top,
    getItemKey: (index) => events[index]?.id ?? index,
  });
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <ul className="event-rows" ref={box} style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const event = events[index];
        if (event === undefined) return null;
        const isOpen = open.has(event.id);
        return (
          <li
            key={key}
            data-index={index}
            ref={rows.measureElement}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            <button type="button" aria-expanded={isOpen} onClick={() => toggle(event.id)}>
              <Icon name="open" />
              <span className="seq num muted">{event.data.emission_sequence}</span>
              <code className="cut">{event.type}</code>
              <span className="cut muted small gist">{gist(event)}</span>
              <time
                className="num muted small"
                dateTime={event.timestamp}
                title={exactTime(Date.parse(event.timestamp))}
              >
                {clockTime(Date.parse(event.timestamp))}
              </time>
            </button>
            {isOpen && <CodeBlock label={`Event ${event.id}`} text={asText(event)} />}
          </li>
        );
      })}
    </ul>
  );
}

/** The subject of an event, in a few words. */
function gist(event: RunEvent): string {
  const { data } = event;
  if (isCustom(event.type)) return payloadPreview(event);
  const texts = ["error", "task_name", "tool_name", "method_name", "model", "agent_role", "crew_name", "flow_name"];
  return texts
    .map((name) => data[name])
    .filter((value) => typeof value === "string" && value !== "")
    .slice(0, 2)
    .join(" · ");
}

function countTypes(events: readonly RunEvent[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
