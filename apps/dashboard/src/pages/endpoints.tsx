import type { ReactElement } from "react";
import { useEndpoints } from "../api/endpoints.ts";
import { EndpointTable } from "../parts/endpoint-table.tsx";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";

/** Endpoints of webhooks, by origin: one endpoint's problems do not affect deliveries to others. */
export function EndpointsPage(): ReactElement {
  const query = useEndpoints();
  return (
    <Page title="Endpoints" sub="Numbers of the last 15 minutes; the last used first.">
      <Loaded query={query} what="the endpoints">
        {({ items, next_cursor }) => (
          <section className="card" aria-label="Endpoints">
            {items.length === 0 ? (
              <Empty title="No webhook has been delivered yet">
                <p>
                  Kick an <a href="#/automations">automation</a> off with a webhook, and its receiver shows here.
                </p>
              </Empty>
            ) : (
              <EndpointTable endpoints={items} />
            )}
            {next_cursor !== null && <p className="muted small body">The 200 that were used last.</p>}
          </section>
        )}
      </Loaded>
    </Page>
  );
}
