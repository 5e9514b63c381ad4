import type { ReactElement } from "react";
import { useAutomations } from "../api/stats.ts";
import { plural } from "../format/number.ts";
import { AutomationBadge, Findings, type Automation } from "../parts/automation-state.tsx";
import { Icon } from "../parts/icon.tsx";
import { Card, Facts, Page } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { FlowGraph } from "./automation/flow-graph.tsx";
import { inputFields } from "./automation/inputs.ts";
import { KickoffForm } from "./automation/kickoff-form.tsx";
import { Runs } from "./automation/runs.tsx";

/** One automation: how its runs have been going, what it is, and a form to kick it off. */
export function AutomationPage({ params }: { params: Record<string, string> }): ReactElement {
  const name = params["name"] ?? "";
  const query = useAutomations();
  const found = query.data?.items.find((each) => each.name === name);
  return (
    <Page
      title={name}
      crumb={<a href="#/automations">Automations</a>}
      heading={
        found !== undefined && (
          <span className="row">
            {name} <AutomationBadge state={found.state} />
          </span>
        )
      }
      sub={found?.description}
      actions={
        found?.state === "ready" && (
          <button type="button" className="button" onClick={goToForm}>
            New run
          </button>
        )
      }
    >
      <Loaded query={query} what="the automation">
        {() =>
          found === undefined ? (
            <Empty title={`No live crew worker serves ${name}`}>
              <p>
                See what is served under <a href="#/automations">Automations</a>.
              </p>
            </Empty>
          ) : (
            <>
              <Problems automation={found} />
              {found.state === "ready" && (
                <>
                  <Runs name={name} />
                  <div className="columns">
                    <About automation={found} />
                    {found.graph !== undefined && (
                      <Card title="Flow graph" padded>
                        <FlowGraph graph={found.graph} />
                      </Card>
                    )}
                  </div>
                  <KickoffForm automation={found} />
                </>
              )}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Problems({ automation }: { automation: Automation }): ReactElement | null {
  const { state, reason, warnings = [] } = automation;
  if (reason === undefined && warnings.length === 0) return null;
  return (
    <div className={`notice ${state === "failed" ? "bad" : "warn"}`} role="status">
      <Icon name="warn" />
      <div className="grow">
        {state !== "ready" && <strong>It cannot be run yet</strong>}
        <Findings automation={automation} />
      </div>
    </div>
  );
}

/** To the first field of the kickoff form. */
function goToForm(): void {
  document.querySelector<HTMLElement>("form textarea, form input")?.focus();
}

/** What runs it, which version, and what its inputs are. */
function About({ automation }: { automation: Automation }): ReactElement {
  const { kind, runtime, environment, version, workers } = automation;
  const python = environment === undefined ? "Python" : `Python ${environment.python}, crewai ${environment.crewai}`;
  return (
    <Card title="Automation" padded>
      <Facts
        rows={[
          ["Kind", kind === "flow" ? "Flow" : "Crew"],
          ["Runtime", runtime === "python" ? python : "TypeScript"],
          ["Version", <code key="version">{version}</code>],
          ["Served by", plural(workers, "worker")],
          ...inputFields(automation).map(({ name, type, byDefault, description, isRequired }) => {
            const what = [type ?? "any", isRequired ? "required" : "optional"].join(", ");
            return [
              `Input ${name}`,
              <span key={name}>
                {what}
                {byDefault !== undefined && (
                  <>
                    , default <code>{byDefault}</code>
                  </>
                )}
                {description !== undefined && <span className="muted">: {description}</span>}
              </span>,
            ] as const;
          }),
        ]}
      />
    </Card>
  );
}
