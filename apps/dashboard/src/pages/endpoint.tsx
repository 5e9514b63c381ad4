import type { endpointDetailSchema } from "@crewstream/contracts";
import type { ReactElement } from "react";
import type { z } from "zod";
import { useEndpoint, useEndpointSwitch } from "../api/endpoints.ts";
import { useMay } from "../api/session.ts";
import { breakerText } from "../format/failure.ts";
import { count, percent, plural } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { EndpointBadge } from "../parts/endpoint-table.tsx";
import { Icon } from "../parts/icon.tsx";
import { NextProbe } from "../parts/next-probe.tsx";
import { Page } from "../parts/page.tsx";
import { Loaded } from "../parts/states.tsx";
import { Elapsed, Moment } from "../parts/time.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";
import { Traffic, type TrafficLine } from "../parts/traffic.tsx";
import { hrefTo } from "../routing/route.ts";
import { FailureGroups } from "./deliveries/failure-groups.tsx";

type Detail = z.infer<typeof endpointDetailSchema>;

const lines: readonly TrafficLine[] = [
  { name: "Succeeded", verb: "requests succeeded", colour: "--good", pick: ({ delivered }) => delivered, filled: true },
  { name: "Failed", verb: "failed", colour: "--bad", pick: ({ failed }) => failed },
];

/** One endpoint: its health and traffic, its failures, and the buttons to pause and resume it. */
export function EndpointPage({ params }: { params: Record<string, string> }): ReactElement {
  const id = params["id"] ?? "";
  const query = useEndpoint(id);
  const { data } = query;
  return (
    <Page
      title={data?.origin ?? "Endpoint"}
      crumb={<a href="#/endpoints">Endpoints</a>}
      heading={
        data !== undefined && (
          <span className="row">
            {data.origin} <EndpointBadge endpoint={data} />
          </span>
        )
      }
      actions={data !== undefined && <Switch endpoint={data} />}
    >
      <Loaded query={query} what="the endpoint">
        {(endpoint) => (
          <>
            <Breaker endpoint={endpoint} />
            <Numbers endpoint={endpoint} />
            <Traffic title="Requests per minute" endpoint={id} lines={lines} />
            <FailureGroups state="retrying" endpoint={id} />
            <FailureGroups state="dead" endpoint={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Breaker({ endpoint }: { endpoint: Detail }): ReactElement | null {
  const { breaker, paused } = endpoint;
  if (paused) {
    return (
      <div className="notice warn" role="status">
        <Icon name="warn" />
        <div>
          <strong>An operator has paused this endpoint</strong>
          <p>Nothing is sent to it. Its events wait in their streams until it is resumed.</p>
        </div>
      </div>
    );
  }
  if (breaker.state === "open") {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div>
          <strong>
            It has been failing for <Elapsed from={breaker.opened_at} to={null} />:{" "}
            {breaker.reason === null ? "requests fail" : breakerText(breaker.reason)}
          </strong>
          <p>
            The breaker is open: nothing is sent but one probe at a time
            {breaker.failed_probes > 0 && `, and ${plural(breaker.failed_probes, "probe")} failed`}.{" "}
            <NextProbe at={breaker.next_probe_at} /> When a probe succeeds, the backlog is sent by itself. Resume tries
            at once.
          </p>
        </div>
      </div>
    );
  }
  if (breaker.wait_until !== null && Date.parse(breaker.wait_until) > Date.now()) {
    return (
      <div className="notice warn" role="status">
        <Icon name="warn" />
        <div>
          <strong>
            It asked to wait (Retry-After): sending continues <Moment at={breaker.wait_until} />
          </strong>
        </div>
      </div>
    );
  }
  return null;
}

function Numbers({ endpoint }: { endpoint: Detail }): ReactElement {
  const { recent, retrying, dead, id } = endpoint;
  const total = recent.delivered + recent.failed;
  return (
    <dl className="tiles">
      <div className="tile">
        <dt>Success rate</dt>
        <dd>
          {recent.success_rate === null ? "–" : percent(recent.success_rate)}
          <div className="note">{total === 0 ? "no request" : `of ${plural(total, "request")}`}, last 15 min</div>
        </dd>
      </div>
      <div className="tile">
        <dt>Events delivered</dt>
        <dd>
          {count(recent.events)}
          <div className="note">last 15 min</div>
        </dd>
      </div>
      <div className="tile">
        <dt>Response time</dt>
        <dd>
          {recent.p50_ms === null ? "–" : duration(recent.p50_ms)}
          <div className="note">p50; p95 {recent.p95_ms === null ? "–" : duration(recent.p95_ms)}</div>
        </dd>
      </div>
      <div className="tile">
        <dt>In flight</dt>
        <dd>
          {count(endpoint.in_flight)}
          <div className="note">requests now</div>
        </dd>
      </div>
      <div className="tile">
        <dt>Retrying</dt>
        <dd>
          <span className={retrying > 0 ? "warn" : ""}>{count(retrying)}</span>
          <div className="note">
            <a href={hrefTo("/deliveries", { state: "retrying", endpoint: id })}>show them</a>
            {drainText(endpoint)}
          </div>
        </dd>
      </div>
      <div className="tile">
        <dt>Dead</dt>
        <dd>
          <span className={dead > 0 ? "bad" : ""}>{count(dead)}</span>
          <div className="note">
            <a href={hrefTo("/deliveries", { state: "dead", endpoint: id })}>show them</a>
          </div>
        </dd>
      </div>
    </dl>
  );
}

/** How long the backlog will take at the rate of the last minutes; nothing while the endpoint accepts nothing. */
function drainText({ retrying, breaker, paused, minutes }: Detail): string {
  const lately = minutes.slice(-3).reduce((sum, { delivered }) => sum + delivered, 0) / 180;
  if (retrying === 0 || paused || breaker.state === "open" || lately === 0) return "";
  return `, about ${duration((retrying / lately) * 1000)} to drain`;
}

function Switch({ endpoint }: { endpoint: Detail }): ReactElement | null {
  const act = useEndpointSwitch(endpoint.id);
  const may = useMay("admin");
  if (!may) return null;
  const { health, breaker } = endpoint;
  const isHeld = health === "paused" || health === "throttled" || breaker.state === "open";
  return (
    <>
      {isHeld && (
        <button
          type="button"
          className="button primary"
          disabled={act.isPending}
          onClick={() =>
            act.mutate("resume", {
              onSuccess: () => say("The endpoint is resumed", "If requests fail again, the breaker opens again."),
              onError: (error) => sayFailure("It could not be resumed", error),
            })
          }
        >
          Resume
        </button>
      )}
      {!endpoint.paused && (
        <button
          type="button"
          className="button"
          disabled={act.isPending}
          onClick={() =>
            act.mutate("pause", {
              onSuccess: () => say("The endpoint is paused", "Its events wait until you resume it."),
              onError: (error) => sayFailure("It could not be paused", error),
            })
          }
        >
          Pause
        </button>
      )}
    </>
  );
}
