import type { ReactElement } from "react";
import { useAutomations } from "../api/stats.ts";
import { count } from "../format/number.ts";
import { AutomationBadge, Findings, type Automation } from "../parts/automation-state.tsx";
import { Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { hrefTo } from "../routing/route.ts";

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
  { name: "State", width: "112px", cell: ({ state }) => <AutomationBadge state={state} /> },
  { name: "Kind", width: "56px", cell: ({ kind }) => kind ?? "–" },
  {
    name: "Description",
    width: "minmax(160px, 2.4fr)",
    kind: "wide",
    cell: (automation) => (
      <>
        {automation.description !== "" && (
          <div className="cut muted" title={automation.description}>
            {automation.description}
          </div>
        )}
        <Findings automation={automation} />
      </>
    ),
  },
  {
    name: "Inputs",
    width: "minmax(100px, 1fr)",
    cell: ({ inputs }) => <div className="cut small muted">{inputs.length === 0 ? "none" : inputs.join(", ")}</div>,
  },
  {
    name: "Workers",
    width: "64px",
    kind: "right",
    label: "workers",
    cell: ({ workers }) => count(workers),
  },
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

/** Those that cannot be run are first; both parts by name. */
function problemsFirst(items: readonly Automation[]): Automation[] {
  return [...items].sort((a, b) => Number(a.state === "ready") - Number(b.state === "ready"));
}

/**
 * The automations that live crew workers have found: those that are served, and those that cannot be run, with the
 * reason.
 */
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
              <Table label="Automations" columns={columns} items={problemsFirst(items)} keyOf={({ name }) => name} />
            )}
          </section>
        )}
      </Loaded>
    </Page>
  );
}
