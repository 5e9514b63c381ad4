import type { Stats } from "@crewstream/contracts";
import type { ReactElement, ReactNode } from "react";
import { count, percent, rate } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { hrefTo } from "../../routing/route.ts";

/** The numbers of the last five minutes, and the current backlog. */
export function Tiles({ stats }: { stats: Stats }): ReactElement {
  const { recent, deliveries } = stats;
  const share = recent.success_rate;
  return (
    <dl className="tiles" aria-label="Now">
      <Tile name="Events published" note="per second">
        {rate(recent.published / 300)}
      </Tile>
      <Tile name="Deliveries" note="per second">
        {rate(recent.delivered / 300)}
      </Tile>
      <Tile name="Success rate" note={`${count(recent.failed)} of ${count(recent.delivered + recent.failed)} failed`}>
        <span className={share === null || share > 0.99 ? "" : share > 0.9 ? "warn" : "bad"}>
          {share === null ? "–" : percent(share)}
        </span>
      </Tile>
      <Tile name="Response time" note={`p50; p95 ${recent.p95_ms === null ? "–" : duration(recent.p95_ms)}`}>
        {recent.p50_ms === null ? "–" : duration(recent.p50_ms)}
      </Tile>
      <Tile name="Retrying" note={<a href={hrefTo("/deliveries", { state: "retrying" })}>will be retried</a>}>
        <span className={deliveries.retrying > 0 ? "warn" : ""}>{count(deliveries.retrying)}</span>
      </Tile>
      <Tile name="Dead" note={<a href={hrefTo("/deliveries", { state: "dead" })}>retry or discard</a>}>
        <span className={deliveries.dead > 0 ? "bad" : ""}>{count(deliveries.dead)}</span>
      </Tile>
      <Tile name="Running" note={<a href="#/executions">not ended yet</a>}>
        {count(stats.executions.live)}
      </Tile>
    </dl>
  );
}

function Tile({ name, note, children }: { name: string; note: ReactNode; children: ReactNode }): ReactElement {
  return (
    <div className="tile">
      <dt>{name}</dt>
      <dd>
        {children}
        <div className="note">{note}</div>
      </dd>
    </div>
  );
}
