import { endpointOrigin, type DeliveryDetail } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import { useDelivery, useDeliveryAction } from "../api/deliveries.ts";
import { useExecution } from "../api/executions.ts";
import { isGone } from "../api/request.ts";
import { useMay } from "../api/session.ts";
import { outcomeText, reasonText } from "../format/failure.ts";
import { plural } from "../format/number.ts";
import { DeliveryBadge } from "../parts/badge.tsx";
import { CodeBlock, Copy } from "../parts/copy.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Card, Facts, Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Countdown, Moment } from "../parts/time.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";
import { hrefTo, navigate } from "../routing/route.ts";
import { Attempt } from "./delivery/attempt.tsx";
import { Sent } from "./delivery/sent.tsx";
import { ReplayDialog } from "./execution/replay-dialog.tsx";
import "./delivery.css";

/** One delivery: what was sent where, the response to each attempt, when the next one is due, and what one can do. */
export function DeliveryPage({ params }: { params: Record<string, string> }): ReactElement {
  const id = params["id"] ?? "";
  const query = useDelivery(id);
  const data = isGone(query.error) ? undefined : query.data;
  return (
    <Page
      title={data === undefined ? "Delivery" : `Delivery to ${data.origin}`}
      crumb={<a href={hrefTo("/deliveries", { state: data?.state })}>Deliveries</a>}
      heading={
        data !== undefined && (
          <span className="row">
            Delivery to {data.origin} <DeliveryBadge state={data.state} />
          </span>
        )
      }
      sub={
        <span className="copy-line">
          <code className="cut">{id}</code>
          <Copy text={id} what="delivery id" />
        </span>
      }
      actions={data !== undefined && <Actions delivery={data} />}
    >
      <Loaded query={query} what="the delivery">
        {(delivery) => <Body delivery={delivery} />}
      </Loaded>
    </Page>
  );
}

function Body({ delivery }: { delivery: DeliveryDetail }): ReactElement {
  return (
    <>
      <Standing delivery={delivery} />
      <div className="columns delivery-columns">
        <Card title="Attempts" aside={plural(delivery.attempts, "attempt")}>
          {delivery.attempt_log.length === 0 ? (
            <Empty title={delivery.attempts === 0 ? "Not tried yet" : "Its attempts have left the log"}>
              {delivery.attempts > 0 && <p>The log keeps the newest attempts of a run only.</p>}
            </Empty>
          ) : (
            <ol className="attempts">
              {delivery.attempt_log.map((attempt, index) => (
                <Attempt key={`${attempt.attempt}-${attempt.at}`} attempt={attempt} isNewest={index === 0} />
              ))}
            </ol>
          )}
        </Card>
        <About delivery={delivery} />
      </div>
      <Sent delivery={delivery} />
    </>
  );
}

/** The state and what happens next, in a sentence. */
function Standing({ delivery }: { delivery: DeliveryDetail }): ReactElement | null {
  const { state, next_attempt_at: next } = delivery;
  const reason = reasonText(delivery);
  if (state === "retrying") {
    return (
      <div className="notice warn" role="status">
        <Icon name="warn" />
        <div>
          <strong>
            Next attempt {next === null ? "with its endpoint’s next probe" : <Countdown to={next} due="is due" />}
          </strong>
          <p className="muted">
            The last response was {outcomeText(delivery)}
            {reason === "" ? "" : `: ${reason}`}.
          </p>
        </div>
      </div>
    );
  }
  if (state === "dead") {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div>
          <strong>No further attempt: {outcomeText(delivery)}</strong>
          <p className="muted">
            {reason === "" ? "" : `${reason}. `}Fix the receiver, then retry it; or discard it if nobody needs it.
          </p>
        </div>
      </div>
    );
  }
  return null;
}

/** Its destination and what it belongs to. */
function About({ delivery }: { delivery: DeliveryDetail }): ReactElement {
  const { first, last, events } = delivery;
  return (
    <Card title="Delivery" padded>
      <div className="stack">
        <Facts
          rows={[
            ["URL", <code key="url">POST {delivery.url}</code>],
            [
              "Endpoint",
              <a key="ep" href={hrefTo(`/endpoints/${delivery.endpoint}`)}>
                {endpointOrigin(delivery.endpoint) ?? delivery.origin}
              </a>,
            ],
            [
              "Run",
              <a key="run" href={hrefTo(`/executions/${delivery.execution_id}`)}>
                {delivery.automation} <code>{delivery.execution_id}</code>
              </a>,
            ],
            [
              "Events",
              `${plural(events, "event")}${first === null ? "" : `, number ${first}${last === first ? "" : ` to ${last ?? ""}`} of the run`}`,
            ],
            ["Selects", delivery.selects.join(", ")],
            [
              "Mode",
              `${delivery.realtime ? "realtime" : "batched"}, ${delivery.ordering} order, body form ${delivery.form}`,
            ],
            ["Created", <Moment key="sealed" at={delivery.sealed_at} />],
            ["Last attempt", <Moment key="last" at={delivery.last_attempt_at} none="none yet" />],
            delivery.replay_of !== null && ["Replay of", <code key="of">{delivery.replay_of}</code>],
          ]}
        />
        {delivery.event_list.length > 0 && (
          <CodeBlock
            label="Events in the body"
            text={delivery.event_list.map(({ seq, type }) => `${String(seq).padStart(5)}  ${type}`).join("\n")}
          />
        )}
      </div>
    </Card>
  );
}

function Actions({ delivery }: { delivery: DeliveryDetail }): ReactElement | null {
  const [asking, setAsking] = useState<"discard" | "replay">();
  const act = useDeliveryAction(delivery.id);
  const may = useMay("admin");
  const close = (): void => setAsking(undefined);
  const failed = delivery.state === "retrying" || delivery.state === "dead";
  // Awaited instead of using callbacks: those are lost if the operation removes this button from the page.
  const retry = async (): Promise<void> => {
    try {
      await act.mutateAsync("retry");
      say("It is tried again now", "Its id and its bytes stay the same.");
    } catch (error) {
      sayFailure("It could not be retried", error);
    }
  };
  const discard = async (): Promise<void> => {
    try {
      await act.mutateAsync("discard");
      close();
      say("The delivery is discarded");
      navigate(hrefTo("/deliveries", { state: delivery.state }));
    } catch (error) {
      sayFailure("It could not be discarded", error);
    }
  };
  if (!may) return null;
  return (
    <>
      {failed && (
        <>
          <button type="button" className="button primary" disabled={act.isPending} onClick={() => void retry()}>
            Retry now
          </button>
          <button type="button" className="button danger" onClick={() => setAsking("discard")}>
            Discard
          </button>
        </>
      )}
      <button type="button" className="button" onClick={() => setAsking("replay")}>
        Replay elsewhere
      </button>
      <Confirm
        open={asking === "discard"}
        onClose={close}
        title="Discard this delivery?"
        action="Discard for good"
        danger
        busy={act.isPending}
        onConfirm={() => void discard()}
      >
        <p>
          Its {plural(delivery.events, "event")} will not reach {delivery.origin}. The events themselves stay with the
          run and can be replayed.
        </p>
      </Confirm>
      {asking === "replay" && <ReplayThis delivery={delivery} onClose={close} />}
    </>
  );
}

/** The replay's form needs the run's webhooks. */
function ReplayThis({ delivery, onClose }: { delivery: DeliveryDetail; onClose: () => void }): ReactElement | null {
  const { data } = useExecution(delivery.execution_id);
  if (data === undefined) return null;
  const { first, last, feed } = delivery;
  const range = first === null ? {} : { range: { from: first, to: last ?? first } };
  return <ReplayDialog execution={data} onClose={onClose} feed={feed} {...range} />;
}
