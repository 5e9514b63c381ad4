import type { Execution } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import { useRerun } from "../../api/executions.ts";
import { newIdempotencyKey } from "../../api/idempotency-key.ts";
import { plural } from "../../format/number.ts";
import { Dialog, DialogActions } from "../../parts/dialog.tsx";
import { say } from "../../parts/toasts.tsx";
import { hrefTo, navigate } from "../../routing/route.ts";
import { kickoffBody, noWebhook, type WebhookDraft } from "../automation/kickoff-body.ts";
import { WebhookFields } from "../automation/webhook-fields.tsx";

/** Starts another run with the inputs and webhooks of this one, or with others. */
export function RerunDialog({ execution, onClose }: { execution: Execution; onClose: () => void }): ReactElement {
  const before = JSON.stringify(execution.inputs, null, 2);
  const webhooks = execution.subscriptions.filter(({ replay_of: of }) => of === null).length;
  const [inputs, setInputs] = useState(before);
  const [same, setSame] = useState(webhooks > 0);
  const [webhook, setWebhook] = useState<WebhookDraft>(noWebhook);
  const [key, setKey] = useState(newIdempotencyKey);
  const rerun = useRerun(execution.id);
  const parsed = parseInputs(inputs);
  const submit = (): void => {
    if (parsed === undefined) return;
    const body = {
      ...(inputs === before ? {} : { inputs: parsed }),
      ...(same ? {} : { webhooks: kickoffBody([], {}, webhook)["webhooks"] ?? [] }),
    };
    rerun.mutate(
      { body, key },
      {
        onSuccess: ({ kickoff_id: id }) => {
          onClose();
          say("A new run has started");
          navigate(hrefTo(`/executions/${id}`));
        },
        // A rejected kickoff did not start anything: the next one gets a new key.
        onError: () => setKey(newIdempotencyKey()),
      },
    );
  };
  return (
    <Dialog open onClose={onClose} title={`Run ${execution.automation} again?`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="field">
          <label htmlFor="rerun-inputs">Inputs</label>
          <textarea
            id="rerun-inputs"
            className="code"
            spellCheck={false}
            value={inputs}
            aria-invalid={parsed === undefined}
            aria-describedby="rerun-problem"
            onChange={(event) => setInputs(event.target.value)}
          />
          <span className="problem" id="rerun-problem" role="status">
            {parsed === undefined && 'Inputs must be a JSON object, such as {"topic": "webhooks"}.'}
          </span>
        </div>
        {webhooks > 0 && (
          <label className="check">
            <input type="checkbox" checked={same} onChange={(event) => setSame(event.target.checked)} />
            <span>Deliver to the same {plural(webhooks, "webhook")}, with the same secrets</span>
          </label>
        )}
        {!same && <WebhookFields draft={webhook} onChange={setWebhook} />}
        <p className="bad" role="alert">
          {rerun.error?.message}
        </p>
        <DialogActions onClose={onClose}>
          <button type="submit" className="button primary" disabled={rerun.isPending || parsed === undefined}>
            Run again
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The object that a JSON text stands for; undefined for anything else. */
function parseInputs(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
