import type { Endpoint, EndpointHealth } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { breakerText } from "../format/failure.ts";
import { count, percent } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { hrefTo } from "../routing/route.ts";
import { Badge } from "./badge.tsx";
import { Table, type Column } from "./table.tsx";
import { Moment } from "./time.tsx";

const badges = {
  healthy: <Badge mood="good">Healthy</Badge>,
  degraded: <Badge mood="warn">Degraded</Badge>,
  failing: <Badge mood="bad">Failing</Badge>,
  throttled: <Badge mood="warn">Throttled</Badge>,
  paused: <Badge mood="warn">Paused</Badge>,
  disabled: <Badge mood="bad">Disabled</Badge>,
} as const satisfies Record<EndpointHealth, ReactElement>;

export function EndpointBadge({ endpoint }: { endpoint: Endpoint }): ReactElement {
  return badges[endpoint.health];
}

/** Why an endpoint is not healthy, from its last failure; undefined if it has none. */
export function failureOf({ health, breaker, refusal }: Endpoint): string | undefined {
  if (health === "healthy" || health === "paused") return undefined;
  const failure = breaker.state === "open" || health === "throttled" ? breaker.reason : (refusal ?? breaker.reason);
  return failure === null ? undefined : breakerText(failure);
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
    name: "Reason",
    width: "minmax(100px, 1.5fr)",
    kind: "wide",
    cell: (endpoint) => {
      const failure = failureOf(endpoint);
      const { id, retrying, dead } = endpoint;
      if (failure !== undefined) {
        return <div className="reason muted small">{failure}</div>;
      }
      return (
        retrying + dead > 0 && (
          <a
            className="above small"
            href={hrefTo("/deliveries", { state: retrying > 0 ? "retrying" : "dead", endpoint: id })}
          >
            See the failures
          </a>
        )
      );
    },
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
