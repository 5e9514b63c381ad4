import type { Endpoint } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useEndpoints } from "../api/endpoints.ts";
import { useStats } from "../api/stats.ts";
import { EndpointTable } from "../parts/endpoint-table.tsx";
import { Card, Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Machinery } from "./overview/machinery.tsx";
import { Questions } from "./overview/questions.tsx";
import { Tiles } from "./overview/tiles.tsx";
import { AllTraffic } from "./overview/traffic.tsx";
import { Verdict } from "./overview/verdict.tsx";

/** Whether events are delivered, which endpoints fail, and why: the answer in the headline, the numbers below it. */
export function OverviewPage(): ReactElement {
  const stats = useStats();
  const endpoints = useEndpoints();
  return (
    <Page title="Overview" sub="Rates, success and response times of the last five minutes, updated live.">
      <Loaded query={stats} what="the numbers">
        {(data) => (
          <>
            <Loaded query={endpoints} what="the health of endpoints">
              {({ items }) => <Verdict stats={data} endpoints={items} />}
            </Loaded>
            <Questions />
            <Tiles stats={data} />
            <AllTraffic />
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

/** Failing and disabled ones, then throttled and paused ones, then those with most failures. */
function worstFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  const weight = ({ health, dead, retrying, recent }: Endpoint): number => {
    const isDown = health === "failing" || health === "disabled";
    return (isDown ? 1e12 : health === "healthy" ? 0 : 1e11) + (dead + retrying) * 1000 + recent.failed;
  };
  return [...endpoints].sort((a, b) => weight(b) - weight(a));
}
