import { endpointOrigin, type Execution, type FeedView } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useDeliveries } from "../../api/deliveries.ts";
import { count, plural } from "../../format/number.ts";
import { Badge } from "../../parts/badge.tsx";
import { DeliveryTable } from "../../parts/delivery-table.tsx";
import { Card, Facts } from "../../parts/page.tsx";
import { Empty, Loaded } from "../../parts/states.tsx";
import { hrefTo } from "../../routing/route.ts";

/** The receivers of this run's events, the progress of each, and their deliveries. */
export function Feeds({ execution }: { execution: Execution }): ReactElement {
  if (execution.subscriptions.length === 0) {
    return (
      <section className="card">
        <Empty title="This run was kicked off without a webhook">
          <p>Its events are under Events. To have them delivered, kick off with a webhook.</p>
        </Empty>
      </section>
    );
  }
  return (
    <>
      {execution.subscriptions.map((feed) => (
        <Feed key={feed.feed} feed={feed} execution={execution} />
      ))}
      <Deliveries executionId={execution.id} />
    </>
  );
}

function Feed({ feed, execution }: { feed: FeedView; execution: Execution }): ReactElement {
  const behind = Math.max(0, execution.events - feed.cursor);
  const mood = feed.state === "done" ? "good" : feed.retrying > 0 ? "warn" : feed.state === "closed" ? "plain" : "info";
  const word = feed.state === "done" ? "Done" : feed.state === "closed" ? "Ended early" : "Delivering";
  return (
    <Card title={`Webhook ${feed.feed + 1}`} aside={<Badge mood={mood}>{word}</Badge>} padded>
      <Facts
        rows={[
          ["URL", <code key="url">{feed.url}</code>],
          [
            "Endpoint",
            <a key="endpoint" href={hrefTo(`/endpoints/${feed.endpoint}`)}>
              {endpointOrigin(feed.endpoint) ?? feed.endpoint}
            </a>,
          ],
          ["Selects", feed.events.map((name) => <Chip key={name} text={name} />)],
          ["Mode", modeOf(feed)],
          [
            "Progress",
            `event ${count(feed.cursor)} of ${count(execution.events)}${behind > 0 ? `, ${count(behind)} to go` : ""}`,
          ],
          feed.retrying > 0 && [
            "Retrying",
            <span key="r" className="warn">
              {plural(feed.retrying, "delivery", "deliveries")}
            </span>,
          ],
          feed.replay_of !== null && ["Replay of", <code key="of">{feed.replay_of}</code>],
        ]}
      />
    </Card>
  );
}

function modeOf({ realtime, max_delay_ms: maxDelayMs, coalesce, ordering }: FeedView): string {
  const pace = !realtime
    ? "in batches"
    : maxDelayMs === null
      ? "in real time, one event per delivery"
      : `in real time, together if they would be older than ${maxDelayMs} ms when sent alone`;
  const pieces = coalesce ? "chunks of one response merged, " : "";
  return `${pace}, ${pieces}${ordering} order`;
}

function Chip({ text }: { text: string }): ReactElement {
  return (
    <>
      <span className="chip">{text}</span>{" "}
    </>
  );
}

const states = ["retrying", "dead", "pending", "delivered"] as const;

function Deliveries({ executionId }: { executionId: string }): ReactElement {
  return (
    <Card title="Deliveries of this run">
      {states.map((state) => (
        <DeliveriesIn key={state} state={state} executionId={executionId} />
      ))}
    </Card>
  );
}

function DeliveriesIn({ state, executionId }: { state: (typeof states)[number]; executionId: string }): ReactElement {
  const list = useDeliveries({ state, execution_id: executionId });
  return (
    <Loaded query={list} what={`${state} deliveries`}>
      {() =>
        list.items.length === 0 ? (
          <p className="muted small body">No {state} delivery.</p>
        ) : (
          <DeliveryTable
            label={`${state} deliveries`}
            state={state}
            items={list.items}
            isOneRun
            hasMore={list.hasNextPage && !list.isFetchingNextPage}
            onEnd={() => void list.fetchNextPage()}
          />
        )
      }
    </Loaded>
  );
}
