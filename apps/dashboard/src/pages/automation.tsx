import { useState, type ReactElement } from "react";
import { useKickoff } from "../api/executions.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { apiBase } from "../api/request.ts";
import { useMay } from "../api/session.ts";
import { useAutomations } from "../api/stats.ts";
import { plural } from "../format/number.ts";
import { AutomationBadge, Findings, type Automation } from "../parts/automation-state.tsx";
import { CodeBlock } from "../parts/copy.tsx";
import { Icon } from "../parts/icon.tsx";
import { Card, Page } from "../parts/page.tsx";
import { Empty, Failure, Loaded } from "../parts/states.tsx";
import { say } from "../parts/toasts.tsx";
import { hrefTo, navigate } from "../routing/route.ts";
import { curlCommand } from "./automation/curl.ts";
import { kickoffBody, noWebhook, type WebhookDraft } from "./automation/kickoff-body.ts";
import { WebhookFields } from "./automation/webhook-fields.tsx";

/** One automation, with a form to kick it off and the command that does the same. */
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
      sub={
        found?.kind != null && (
          <>
            {found.description}{" "}
            <span className="nowrap">
              A {found.kind}, served by {plural(found.workers, "worker")}.
            </span>
          </>
        )
      }
      actions={
        <a className="button" href={hrefTo("/executions", { automation: name })}>
          Its runs
        </a>
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
              {found.state === "ready" && <Kickoff automation={found} />}
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

function Kickoff({ automation }: { automation: Automation }): ReactElement {
  const [inputs, setInputs] = useState<Record<string, string>>({});
  const [webhook, setWebhook] = useState<WebhookDraft>(noWebhook);
  const [key, setKey] = useState(newIdempotencyKey);
  const kickoff = useKickoff(automation.name);
  const may = useMay("kickoff");
  const body = kickoffBody(automation.inputs, inputs, webhook);
  // The receiver's token is typed masked, and stays so.
  const shownBody = kickoffBody(automation.inputs, inputs, {
    ...webhook,
    token: webhook.token === "" ? "" : "THE_TOKEN_OF_THE_RECEIVER",
  });
  const url = new URL(`automations/${encodeURIComponent(automation.name)}/kickoff`, apiBase).href;
  const submit = (): void =>
    kickoff.mutate(
      { body, key },
      {
        onSuccess: (answer) => {
          setKey(newIdempotencyKey());
          say("Kicked off", answer.warnings?.join(" "));
          navigate(hrefTo(`/executions/${answer.kickoff_id}`));
        },
        // A rejected kickoff did not start anything: the next one gets a new key.
        onError: () => setKey(newIdempotencyKey()),
      },
    );
  return (
    <div className="columns">
      <form
        className="stack"
        aria-label="Kickoff"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Card title="Inputs" padded>
          <div className="stack">
            {automation.inputs.length === 0 && <p className="muted">It takes no inputs.</p>}
            {automation.inputs.map((input) => (
              <div className="field" key={input}>
                <label htmlFor={`input-${input}`}>
                  {input}
                  {automation.required.includes(input) ? "" : " (optional)"}
                </label>
                <textarea
                  id={`input-${input}`}
                  rows={1}
                  required={automation.required.includes(input)}
                  value={inputs[input] ?? ""}
                  onChange={(event) => setInputs({ ...inputs, [input]: event.target.value })}
                />
              </div>
            ))}
            {automation.inputs.length > 0 && (
              <p className="hint muted small">Text; a JSON object, list, number or true and false is sent as such.</p>
            )}
          </div>
        </Card>
        <Card title="Webhook" padded>
          <WebhookFields draft={webhook} onChange={setWebhook} />
        </Card>
        {kickoff.error !== null && <Failure error={kickoff.error} />}
        {may ? (
          <div>
            <button type="submit" className="button primary" disabled={kickoff.isPending}>
              {kickoff.isPending ? "Kicking off…" : "Kick off"}
            </button>
          </div>
        ) : (
          <p className="muted">Your token may not kick off: it has no kickoff scope.</p>
        )}
      </form>
      <Card title="The same from a shell" padded>
        <CodeBlock label="curl" text={curlCommand(url, shownBody)} />
      </Card>
    </div>
  );
}
