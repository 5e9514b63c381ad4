import type { Endpoint, Stats } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useEndpoints } from "../api/endpoints.ts";
import { useStats } from "../api/stats.ts";
import { count, plural, rate } from "../format/number.ts";
import { EndpointTable } from "../parts/endpoint-table.tsx";
import { Icon } from "../parts/icon.tsx";
import { Card, Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Elapsed, Moment } from "../parts/time.tsx";
import { hrefTo } from "../routing/route.ts";
import { Machinery } from "./overview/machinery.tsx";
import { Tiles } from "./overview/tiles.tsx";
import { Traffic } from "./overview/traffic.tsx";

/** Whether events flow, to whom they do not, and why: the answer in the first line, the numbers below it. */
export function OverviewPage(): ReactElement {
  const stats = useStats();
  const endpoints = useEndpoints();
  return (
    <Page title="Overview" sub="Live. Rates, shares and times are those of the last five minutes.">
      <Loaded query={stats} what="the numbers">
        {(data) => (
          <>
            <Verdict stats={data} endpoints={endpoints.data?.items ?? []} />
            <Tiles stats={data} />
            <Traffic stats={data} />
            <Card title="Endpoints" aside={<a href="#/endpoints">All endpoints</a>}>
              <Loaded query={endpoints} what="the endpoints">
                {({ items }) =>
                  items.length === 0 ? (
                    <Empty title="No webhook has been delivered yet">
                      <p>
                        Kick an <a href="#/automations">automation</a> off with a webhook, and its receiver shows here.
                      </p>
                    </Empty>
                  ) : (
                    <EndpointTable endpoints={worstFirst(items).slice(0, 10)} />
                  )
                }
              </Loaded>
            </Card>
            <Machinery stats={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The one sentence a person on call needs. */
function Verdict({ stats, endpoints }: { stats: Stats; endpoints: readonly Endpoint[] }): ReactElement {
  const down = endpoints.filter((endpoint) => endpoint.breaker.state === "open" && !endpoint.paused);
  const paused = endpoints.filter((endpoint) => endpoint.paused);
  const { retrying, dead } = stats.deliveries;
  const [first] = down;
  if (first !== undefined) {
    const others = down.length - 1;
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div className="grow">
          <strong>
            <a href={hrefTo(`/endpoints/${first.id}`)}>{first.origin}</a> is not taking deliveries
            {others > 0 && `, nor ${others === 1 ? "is 1 other endpoint" : `are ${others} other endpoints`}`}
          </strong>
          <p>
            It has been failing for <Elapsed from={first.breaker.opened_at} to={null} />; its last answer was{" "}
            <strong>{first.breaker.reason ?? "none"}</strong>. {plural(retrying, "delivery waits", "deliveries wait")}{" "}
            for a retry; events wait in their streams, nothing is lost. Next probe{" "}
            <Moment at={first.breaker.next_probe_at} none="soon" />.
          </p>
        </div>
        <a className="button" href={hrefTo("/deliveries", { state: "retrying", endpoint: first.id })}>
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
            Events are kept and nothing is lost, but no webhook leaves: start apps/delivery-worker, or look into its
            log.
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
          <p>Kickoffs are refused until one is: start apps/crew-worker, or look into its log.</p>
        </div>
      </div>
    );
  }
  if (dead > 0) {
    return (
      <div className="notice bad" role="status">
        <Icon name="warn" />
        <div className="grow">
          <strong>{plural(dead, "delivery is dead", "deliveries are dead")}: its retries are used up</strong>
          <p>Nothing more is tried until a person retries or discards them. Events flow otherwise.</p>
        </div>
        <a className="button" href={hrefTo("/deliveries", { state: "dead" })}>
          Look at them
        </a>
      </div>
    );
  }
  if (paused.length > 0 || retrying > 0) {
    const [held] = paused;
    return (
      <div className="notice warn" role="status">
        <Icon name="warn" />
        <div>
          <strong>
            {held === undefined
              ? `Events flow; ${plural(retrying, "delivery waits", "deliveries wait")} for a retry`
              : `${held.origin} is paused by an operator`}
          </strong>
          <p>
            {held === undefined ? (
              <a href={hrefTo("/deliveries", { state: "retrying" })}>See why they failed</a>
            ) : (
              <>
                Its events wait. <a href={hrefTo(`/endpoints/${held.id}`)}>Resume it</a> when it may be delivered to.
              </>
            )}
          </p>
        </div>
      </div>
    );
  }
  const perSecond = rate(stats.recent.published / 300);
  return (
    <div className="notice good" role="status">
      <Icon name="done" />
      <div>
        <strong>Events flow, and every endpoint takes them</strong>
        <p className="muted">
          {count(stats.recent.published)} published and {count(stats.recent.events)} delivered in the last five minutes
          ({perSecond} per second).
        </p>
      </div>
    </div>
  );
}

/** Down, then paused, then with most failures. */
function worstFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  const weight = ({ breaker, paused, dead, retrying, recent }: Endpoint): number =>
    (breaker.state === "open" ? 1e12 : 0) + (paused ? 1e11 : 0) + (dead + retrying) * 1000 + recent.failed;
  return [...endpoints].sort((a, b) => weight(b) - weight(a));
}
