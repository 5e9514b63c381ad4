import { hasEnded, type Execution } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import { useEvents } from "../api/events.ts";
import { useCancel, useExecution } from "../api/executions.ts";
import { useMay } from "../api/session.ts";
import { errorKind } from "../format/failure.ts";
import { count, plural } from "../format/number.ts";
import { ExecutionBadge } from "../parts/badge.tsx";
import { asText, CodeBlock, Copy } from "../parts/copy.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Card, Page } from "../parts/page.tsx";
import { Failure, Loaded } from "../parts/states.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { Elapsed, Moment } from "../parts/time.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";
import { useQueryValue } from "../routing/route.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { EventList } from "./execution/event-list.tsx";
import { Feeds } from "./execution/feeds.tsx";
import { HumanRequests } from "./execution/human-request.tsx";
import { Log } from "./execution/log.tsx";
import { ReplayDialog } from "./execution/replay-dialog.tsx";
import { RerunDialog } from "./execution/rerun-dialog.tsx";

/** One run: its progress, what it did, its events and their receivers, and the available actions. */
export function ExecutionPage({ params }: { params: Record<string, string> }): ReactElement {
  const id = params["id"] ?? "";
  const query = useExecution(id);
  return (
    <Page
      title={query.data?.automation ?? "Execution"}
      crumb={<a href="#/executions">Executions</a>}
      heading={
        query.data !== undefined && (
          <span className="row">
            {query.data.automation} <ExecutionBadge state={query.data.state} />
          </span>
        )
      }
      sub={
        <span className="copy-line">
          <code className="cut">{id}</code>
          <Copy text={id} what="kickoff id" />
        </span>
      }
      actions={query.data !== undefined && <Actions execution={query.data} />}
    >
      <Loaded query={query} what="the execution">
        {(execution) => <Body execution={execution} />}
      </Loaded>
    </Page>
  );
}

function Body({ execution }: { execution: Execution }): ReactElement {
  const [tab, setTab] = useQueryValue("tab");
  const feed = useEvents(execution.id);
  const shown = tab === "" ? "timeline" : tab;
  return (
    <>
      {execution.state === "PAUSED" && <HumanRequests executionId={execution.id} />}
      {execution.error !== null && execution.state !== "SUCCESS" && (
        <div className={`notice ${execution.state === "FAILED" ? "bad" : ""}`}>
          <Icon name="warn" />
          <div>
            <strong>
              {errorKind(execution.error_type) ?? (execution.state === "FAILED" ? "The run failed" : "Cancelled")}
            </strong>
            <p>{execution.error}</p>
            {execution.error_stack !== null && (
              <details>
                <summary>
                  {execution.error_location === null ? (
                    "Causes"
                  ) : (
                    <>
                      at <code>{execution.error_location}</code>
                    </>
                  )}
                </summary>
                <pre className="small">{execution.error_stack}</pre>
              </details>
            )}
          </div>
        </div>
      )}
      <Numbers execution={execution} />
      <Tabs
        label="Parts of the execution"
        value={shown}
        onChange={(next) => setTab(next === "timeline" ? "" : next)}
        items={[
          { value: "timeline", label: "Timeline" },
          { value: "events", label: "Events", count: execution.events },
          { value: "webhooks", label: "Webhooks", count: execution.subscriptions.length },
          { value: "data", label: "Inputs and result" },
        ]}
      >
        {feed.error !== undefined && <Failure error={feed.error} />}
        {shown === "timeline" && (
          <>
            <section className="card">
              <Timeline feed={feed} />
            </section>
            <Log id={execution.id} ended={hasEnded(execution.state)} />
          </>
        )}
        {shown === "events" && <EventList feed={feed} executionId={execution.id} />}
        {shown === "webhooks" && <Feeds execution={execution} />}
        {shown === "data" && <Data execution={execution} />}
      </Tabs>
    </>
  );
}

function Numbers({ execution }: { execution: Execution }): ReactElement {
  const { progress, usage, started_at, ended_at } = execution;
  return (
    <dl className="tiles">
      <div className="tile">
        <dt>Started</dt>
        <dd>
          <Moment at={execution.created_at} />
          <div className="note">by {execution.token}</div>
        </dd>
      </div>
      <div className="tile">
        <dt>Duration</dt>
        <dd>
          <Elapsed from={started_at} to={ended_at} />
          <div className="note">
            {execution.runs > 1 ? `resumed ${plural(execution.runs - 1, "time")}` : "not interrupted"}
          </div>
        </dd>
      </div>
      <div className="tile">
        <dt>Progress</dt>
        <dd>
          {progress === null ? "–" : progress.completed}
          {progress !== null && (
            <small>
              {progress.total === null ? "" : ` of ${progress.total}`} {progress.unit}
              {(progress.total ?? progress.completed) === 1 ? "" : "s"}
            </small>
          )}
          <div className="note cut">{hasEnded(execution.state) ? "" : progress?.current}</div>
        </dd>
      </div>
      <div className="tile">
        <dt>Tokens</dt>
        <dd>
          {usage?.total_tokens === undefined ? "–" : count(usage.total_tokens)}
          <div className="note">
            {usage === null
              ? ""
              : `${count(usage.prompt_tokens ?? 0)} in, ${count(usage.completion_tokens ?? 0)} out, ${plural(usage.successful_requests ?? 0, "call")}`}
          </div>
        </dd>
      </div>
      <div className="tile">
        <dt>Events</dt>
        <dd>
          {count(execution.events)}
          <div className="note">
            {execution.subscriptions.length === 0
              ? "no webhook"
              : execution.feeds_open === 0
                ? "all deliveries settled"
                : `${plural(execution.feeds_open, "webhook")} not done`}
          </div>
        </dd>
      </div>
    </dl>
  );
}

function Data({ execution }: { execution: Execution }): ReactElement {
  const { inputs, meta, result } = execution;
  return (
    <div className="columns">
      <Card title="Inputs" padded>
        <CodeBlock label="Inputs" text={asText(inputs)} />
        {meta !== null && meta !== undefined && <CodeBlock label="Meta" text={asText(meta)} />}
      </Card>
      <Card title="Result" padded>
        {result === null || result === undefined ? (
          <p className="muted">
            {hasEnded(execution.state) ? "This run has no result." : "The run has not ended yet."}
          </p>
        ) : (
          <CodeBlock label="Result" text={asText(result)} />
        )}
      </Card>
    </div>
  );
}

function Actions({ execution }: { execution: Execution }): ReactElement {
  const [asking, setAsking] = useState<"cancel" | "replay" | "rerun">();
  const cancel = useCancel(execution.id);
  const mayCancel = useMay("kickoff", "admin");
  const mayReplay = useMay("admin");
  const mayRead = useMay("read");
  const mayRerun = useMay("kickoff") && mayRead;
  const close = (): void => setAsking(undefined);
  const isLive = !hasEnded(execution.state);
  return (
    <>
      {mayRerun && (
        <button type="button" className="button" onClick={() => setAsking("rerun")}>
          Run again
        </button>
      )}
      {mayReplay && execution.subscriptions.length > 0 && (
        <button type="button" className="button" onClick={() => setAsking("replay")}>
          Replay events
        </button>
      )}
      {mayCancel && isLive && (
        <button
          type="button"
          className="button danger"
          disabled={execution.cancel_requested}
          onClick={() => setAsking("cancel")}
        >
          {execution.cancel_requested ? "Cancelling…" : "Cancel the run"}
        </button>
      )}
      <Confirm
        open={asking === "cancel"}
        onClose={close}
        title="Cancel this run?"
        action="Cancel the run"
        cancel="Let it run"
        danger
        busy={cancel.isPending}
        onConfirm={() =>
          cancel.mutate(undefined, {
            onSuccess: () => {
              close();
              say("The run is being cancelled", "What it has published so far is still delivered.");
            },
            onError: (error) => sayFailure("The run could not be cancelled", error),
          })
        }
      >
        <p>It stops at its next step and cannot be resumed. What it has published so far is still delivered.</p>
      </Confirm>
      {asking === "rerun" && <RerunDialog execution={execution} onClose={close} />}
      {asking === "replay" && <ReplayDialog execution={execution} onClose={close} />}
    </>
  );
}
