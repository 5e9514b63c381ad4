import type { Endpoint } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { breakerText } from "../format/failure.ts";
import { count, percent } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { hrefTo } from "../routing/route.ts";
import { Badge } from "./badge.tsx";
import { Table, type Column } from "./table.tsx";
import { Moment } from "./time.tsx";

/** How an endpoint is, in a word. */
export function EndpointBadge({ endpoint }: { endpoint: Endpoint }): ReactElement {
  if (endpoint.paused) return <Badge mood="warn">Paused</Badge>;
  if (endpoint.breaker.state === "open") return <Badge mood="bad">Not taking</Badge>;
  if (endpoint.breaker.wait_until !== null && Date.parse(endpoint.breaker.wait_until) > Date.now()) {
    return <Badge mood="warn">Asked to wait</Badge>;
  }
  const { retrying, dead, recent } = endpoint;
  if (retrying + dead > 0 || (recent.success_rate ?? 1) < 0.99) return <Badge mood="warn">Some fail</Badge>;
  return <Badge mood="good">Healthy</Badge>;
}

const columns: readonly Column<Endpoint>[] = [
  {
    name: "Endpoint",
    width: "minmax(180px, 2fr)",
    kind: "wide",
    cell: ({ id, origin }) => (
      <a className="whole cut" href={hrefTo(`/endpoints/${id}`)}>
        {origin}
      </a>
    ),
  },
  { name: "Health", width: "112px", cell: (endpoint) => <EndpointBadge endpoint={endpoint} /> },
  {
    name: "Why",
    width: "minmax(100px, 1.5fr)",
    kind: "wide",
    cell: ({ id, breaker, retrying, dead }) =>
      breaker.reason !== null && breaker.state === "open" ? (
        <div className="cut muted small" title={breakerText(breaker.reason)}>
          {breakerText(breaker.reason)}
        </div>
      ) : (
        retrying + dead > 0 && (
          <a
            className="above small"
            href={hrefTo("/deliveries", { state: retrying > 0 ? "retrying" : "dead", endpoint: id })}
          >
            See the failures
          </a>
        )
      ),
  },
  {
    name: "Success",
    width: "72px",
    kind: "right",
    label: "success",
    cell: ({ recent }) => (recent.success_rate === null ? "–" : percent(recent.success_rate)),
  },
  {
    name: "p95",
    width: "72px",
    kind: "right",
    label: "p95",
    cell: ({ recent }) => (recent.p95_ms === null ? "–" : duration(recent.p95_ms)),
  },
  {
    name: "In flight",
    width: "68px",
    kind: "right",
    label: "in flight",
    cell: ({ in_flight }) => count(in_flight),
  },
  {
    name: "Retrying",
    width: "68px",
    kind: "right",
    label: "retrying",
    cell: ({ retrying }) => <span className={retrying > 0 ? "warn" : ""}>{count(retrying)}</span>,
  },
  {
    name: "Dead",
    width: "56px",
    kind: "right",
    label: "dead",
    cell: ({ dead }) => <span className={dead > 0 ? "bad" : ""}>{count(dead)}</span>,
  },
  { name: "Last used", width: "96px", kind: "right", label: "used", cell: ({ used_at }) => <Moment at={used_at} /> },
];

export function EndpointTable({ endpoints }: { endpoints: readonly Endpoint[] }): ReactElement {
  return <Table label="Endpoints" columns={columns} items={endpoints} keyOf={({ id }) => id} />;
}
