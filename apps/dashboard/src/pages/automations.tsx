import type { automationsPageSchema } from "@crewstream/contracts";
import type { ReactElement } from "react";
import type { z } from "zod";
import { useAutomations } from "../api/stats.ts";
import { plural } from "../format/number.ts";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { hrefTo } from "../routing/route.ts";

type Automation = z.infer<typeof automationsPageSchema>["items"][number];

const columns: readonly Column<Automation>[] = [
  {
    name: "Automation",
    width: "minmax(160px, 1fr)",
    kind: "wide",
    cell: ({ name }) => (
      <a className="whole" href={hrefTo(`/automations/${name}`)}>
        {name}
      </a>
    ),
  },
  { name: "Kind", width: "56px", cell: ({ kind }) => kind },
  {
    name: "What it does",
    width: "minmax(160px, 2.4fr)",
    kind: "wide",
    cell: ({ description, warnings = [] }) => (
      <>
        <div className="cut muted" title={description}>
          {description}
        </div>
        {warnings.map((warning) => (
          <div key={warning} className="warn small">
            {warning}
          </div>
        ))}
      </>
    ),
  },
  {
    name: "Inputs",
    width: "minmax(100px, 1fr)",
    cell: ({ inputs }) => <div className="cut small muted">{inputs.length === 0 ? "none" : inputs.join(", ")}</div>,
  },
  { name: "Served by", width: "90px", kind: "right", cell: ({ workers }) => plural(workers, "worker") },
  {
    name: "Runs",
    width: "80px",
    kind: "right",
    cell: ({ name }) => (
      <a className="above" href={hrefTo("/executions", { automation: name })}>
        Show<span className="hidden-label"> runs of {name}</span>
      </a>
    ),
  },
];

/** What live crew workers serve. */
export function AutomationsPage(): ReactElement {
  const query = useAutomations();
  return (
    <Page title="Automations">
      <Loaded query={query} what="the automations">
        {({ items }) => (
          <section className="card" aria-label="Automations">
            {items.length === 0 ? (
              <Empty title="No automation is served">
                <p>
                  Put a crew or flow into <code>AUTOMATIONS_DIR</code> and start a crew worker; its log says what it
                  found.
                </p>
              </Empty>
            ) : (
              <Table label="Automations" columns={columns} items={items} keyOf={({ name }) => name} />
            )}
          </section>
        )}
      </Loaded>
    </Page>
  );
}
