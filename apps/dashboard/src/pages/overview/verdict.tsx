import type { Endpoint, Stats } from "@crewstream/contracts";
import { Fragment, type ReactElement } from "react";
import { count, percent, plural, rate } from "../../format/number.ts";
import { failureOf } from "../../parts/endpoint-table.tsx";
import { Icon } from "../../parts/icon.tsx";
import { NextProbe } from "../../parts/next-probe.tsx";
import { Elapsed, Moment } from "../../parts/time.tsx";
import { hrefTo } from "../../routing/route.ts";

/** The one sentence a person on call needs. */
export function Verdict({ stats, endpoints }: { stats: Stats; endpoints: readonly Endpoint[] }): ReactElement {
  const down = endpoints
    .filter(({ health }) => health === "failing" || health === "disabled")
    .sort((a, b) => ((a.breaker.opened_at ?? "~") < (b.breaker.opened_at ?? "~") ? -1 : 1));
  const paused = endpoints.filter((endpoint) => endpoint.paused);
  const limping = endpoints.filter(
    ({ health, retrying: waiting }) => health === "throttled" || (health === "degraded" && waiting > 0),
  );
  const { retrying, dead } = stats.deliveries;
  const [first] = down;
  if (first !== undefined) {
    const unnamed = Math.max(0, down.length - maxNamed);
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div className="grow">
          <strong>
            <Origin endpoint={first} /> {downText(first)}
            {down.slice(1, maxNamed).map((each) => (
              <Fragment key={each.id}>
                ; <Origin endpoint={each} /> {downText(each)}
              </Fragment>
            ))}
            {unnamed > 0 &&
              `; and ${plural(unnamed, "more endpoint")} ${unnamed === 1 ? "is" : "are"} failing or disabled`}
          </strong>
          <p>
            {down.length > 1 && `${first.origin}: `}
            {first.breaker.opened_at === null ? (
              first.health === "disabled" ? (
                "It ended its subscriptions (410)"
              ) : (
                "It refused every delivery of the last 15 minutes"
              )
            ) : (
              <>
                It has been failing for <Elapsed from={first.breaker.opened_at} to={null} />
              </>
            )}
            ; its last response was <strong>{failureOf(first) ?? "none"}</strong>.{" "}
            {plural(first.retrying, "of its deliveries waits", "of its deliveries wait")} for a retry
            {first.dead > 0 && `, ${plural(first.dead, "is", "are")} dead`}; new events wait in their streams.{" "}
            {first.breaker.state === "open" && <NextProbe at={first.breaker.next_probe_at} />}
          </p>
        </div>
        <a className="button" href={hrefTo("/deliveries", { state: worst(first), endpoint: first.id })}>
          Look at the failures
        </a>
      </div>
    );
  }
  if (!stats.processes.some(({ kind }) => kind === "delivery")) {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div>
          <strong>No delivery worker is alive</strong>
          <p>
            Events are kept and nothing is lost, but no webhook is sent: start apps/delivery-worker, or check its log.
          </p>
        </div>
      </div>
    );
  }
  if (!stats.processes.some(({ kind }) => kind === "crew")) {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div>
          <strong>No crew worker is alive</strong>
          <p>Kickoffs are refused until one is: start apps/crew-worker, or check its log.</p>
        </div>
      </div>
    );
  }
  if (dead > 0) {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div className="grow">
          <strong>
            {plural(dead, "delivery is dead", "deliveries are dead")}: the retries are used up
            <MostDead endpoints={endpoints} />
          </strong>
          <p>They are sent again only if a person retries them. Other deliveries continue.</p>
        </div>
        <a className="button" href={hrefTo("/deliveries", { state: "dead" })}>
          Look at them
        </a>
      </div>
    );
  }
  if (paused.length === 0 && limping.length > 0) return <Limping endpoints={limping} />;
  if (paused.length > 0 || retrying > 0) {
    const [firstPaused] = paused;
    return (
      <div className="notice warn" role="status">
        <Icon name="warn" />
        <div>
          <strong>
            {firstPaused === undefined
              ? `All endpoints healthy; ${plural(retrying, "delivery waits", "deliveries wait")} for a retry`
              : `${firstPaused.origin} is paused by an operator`}
          </strong>
          <p>
            {firstPaused === undefined ? (
              <a href={hrefTo("/deliveries", { state: "retrying" })}>See why they failed</a>
            ) : (
              <>
                Its events wait. <a href={hrefTo(`/endpoints/${firstPaused.id}`)}>Resume it</a> when it may be delivered
                to.
              </>
            )}
          </p>
        </div>
      </div>
    );
  }
  return <Flowing stats={stats} endpoints={endpoints} />;
}

/** Names at most this many endpoints in one headline. */
const maxNamed = 3;

function Origin({ endpoint: { id, origin } }: { endpoint: Endpoint }): ReactElement {
  return <a href={hrefTo(`/endpoints/${id}`)}>{origin}</a>;
}

/** An open breaker means that it fails; a closed one with no success that it answers, but refuses everything. */
function downText({ health, breaker }: Endpoint): string {
  if (health === "failing" && breaker.state === "closed") return "is failing: it refuses every delivery";
  return `is ${health}`;
}

/** Endpoints that take a part of their deliveries, or that asked to wait. */
function Limping({ endpoints }: { endpoints: readonly Endpoint[] }): ReactElement {
  const unnamed = endpoints.length - maxNamed;
  return (
    <div className="notice warn" role="status">
      <Icon name="warn" />
      <div className="grow">
        <strong>
          {endpoints.slice(0, maxNamed).map((each, index) => (
            <Fragment key={each.id}>
              {index > 0 && "; "}
              <Origin endpoint={each} /> is {each.health}
            </Fragment>
          ))}
          {unnamed > 0 && `; and ${plural(unnamed, "more endpoint")}`}
        </strong>
        {endpoints.slice(0, maxNamed).map((each) => (
          <p key={each.id} className="muted">
            {endpoints.length > 1 && `${each.origin}: `}
            {each.recent.success_rate !== null &&
              `${percent(each.recent.success_rate)} of its requests succeeded in 15 minutes; `}
            the last failure was <strong>{failureOf(each) ?? "none"}</strong>.
          </p>
        ))}
      </div>
      <a className="button" href={hrefTo("/deliveries", { state: "retrying" })}>
        Look at the failures
      </a>
    </div>
  );
}

/** Whose deliveries most dead letters are. */
function MostDead({ endpoints }: { endpoints: readonly Endpoint[] }): ReactElement | null {
  const [most] = [...endpoints].sort((a, b) => b.dead - a.dead);
  if (most === undefined || most.dead === 0) return null;
  return (
    <>
      , {count(most.dead)} of <Origin endpoint={most} />
    </>
  );
}

/** Nothing is wrong: what was sent, or that nothing was yet. */
function Flowing({ stats, endpoints }: { stats: Stats; endpoints: readonly Endpoint[] }): ReactElement {
  const { recent } = stats;
  const degraded = endpoints.filter(({ health }) => health === "degraded").slice(0, maxNamed);
  if (endpoints.length === 0) {
    return (
      <div className="notice" role="status">
        <Icon name="deliveries" />
        <div>
          <strong>Nothing has been sent yet</strong>
          <p className="muted">
            No webhook has been delivered. Kick an <a href="#/automations">automation</a> off with a webhook, and this
            line says whether its receiver accepts the events.
          </p>
        </div>
      </div>
    );
  }
  const lastUsed = endpoints
    .map(({ used_at: at }) => at ?? "")
    .sort()
    .at(-1);
  return (
    <div className="notice good" role="status">
      <Icon name="done" />
      <div>
        <strong>{degraded.length === 0 ? "All endpoints healthy" : "All deliveries acknowledged"}</strong>
        <p className="muted">
          {degraded.map(({ origin, recent: { delivered, failed } }) => (
            <Fragment key={origin}>
              {origin} failed {count(failed)} of {plural(delivered + failed, "request")} in the last 15 minutes.{" "}
            </Fragment>
          ))}
          {recent.published + recent.events === 0 ? (
            <>
              Nothing was published or sent in the last five minutes; the last delivery was <Moment at={lastUsed} />.
            </>
          ) : (
            `${count(recent.published)} events published and ${count(recent.events)} delivered in the last five minutes (${rate(recent.published / 300)} per second).`
          )}
        </p>
      </div>
    </div>
  );
}

/** The list that shows how an endpoint fails: what is retried, or what is left of that. */
function worst({ retrying, dead }: Endpoint): "retrying" | "dead" {
  return retrying === 0 && dead > 0 ? "dead" : "retrying";
}
