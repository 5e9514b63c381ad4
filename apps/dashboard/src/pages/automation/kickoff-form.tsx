import { useState, type ReactElement } from "react";
import { useKickoff } from "../../api/executions.ts";
import { newIdempotencyKey } from "../../api/idempotency-key.ts";
import { apiBase } from "../../api/request.ts";
import { useMay } from "../../api/session.ts";
import type { Automation } from "../../parts/automation-state.tsx";
import { CodeBlock } from "../../parts/copy.tsx";
import { Card } from "../../parts/page.tsx";
import { Failure } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { hrefTo, navigate } from "../../routing/route.ts";
import { curlCommand } from "./curl.ts";
import { inputFields } from "./inputs.ts";
import { kickoffBody, noWebhook, type WebhookDraft } from "./kickoff-body.ts";
import { WebhookFields } from "./webhook-fields.tsx";

/** A form to kick an automation off, and the command that does the same. */
export function KickoffForm({ automation }: { automation: Automation }): ReactElement {
  const [inputs, setInputs] = useState<Record<string, string>>({});
  const [webhook, setWebhook] = useState<WebhookDraft>(noWebhook);
  const [key, setKey] = useState(newIdempotencyKey);
  const kickoff = useKickoff(automation.name);
  const may = useMay("kickoff");
  const body = kickoffBody(automation.inputs, inputs, webhook);
  // The receiver's token is typed unseen, and stays so.
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
        // A refused kickoff is none: what is sent next is another one.
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
            {inputFields(automation).map(({ name, description, byDefault, options, isRequired }) => (
              <div className="field" key={name}>
                <label htmlFor={`input-${name}`}>
                  {name}
                  {isRequired ? "" : " (optional)"}
                </label>
                <textarea
                  id={`input-${name}`}
                  rows={1}
                  required={isRequired}
                  placeholder={byDefault}
                  aria-describedby={`input-${name}-hint`}
                  value={inputs[name] ?? ""}
                  onChange={(event) => setInputs({ ...inputs, [name]: event.target.value })}
                />
                <span className="hint" id={`input-${name}-hint`}>
                  {[description, options.length > 0 && `One of ${options.join(", ")}`].filter(Boolean).join(". ")}
                </span>
              </div>
            ))}
            {automation.inputs.length > 0 && (
              <p className="hint muted small">
                JSON objects, lists, numbers, true and false are sent as JSON, everything else as text.
              </p>
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
      <Card title="The same with curl" padded>
        <CodeBlock label="curl" text={curlCommand(url, shownBody)} />
      </Card>
    </div>
  );
}
