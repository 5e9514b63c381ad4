import type { ReactElement } from "react";
import type { WebhookDraft } from "./kickoff-body.ts";

/** Where the run's events go, which of them, and how. */
export function WebhookFields({
  draft,
  onChange,
}: {
  draft: WebhookDraft;
  onChange: (next: WebhookDraft) => void;
}): ReactElement {
  const set = (change: Partial<WebhookDraft>): void => onChange({ ...draft, ...change });
  return (
    <div className="stack">
      <label className="check">
        <input type="checkbox" checked={draft.wanted} onChange={(event) => set({ wanted: event.target.checked })} />
        <span>Deliver the run’s events to a webhook</span>
      </label>
      {draft.wanted && (
        <>
          <div className="field">
            <label htmlFor="hook-url">URL</label>
            <input
              id="hook-url"
              type="url"
              required
              placeholder="https://example.com/hook"
              value={draft.url}
              onChange={(event) => set({ url: event.target.value })}
            />
          </div>
          <div className="field">
            <label htmlFor="hook-events">Events</label>
            <input
              id="hook-events"
              required
              value={draft.events}
              aria-describedby="hook-events-hint"
              onChange={(event) => set({ events: event.target.value })}
            />
            <span className="hint" id="hook-events-hint">
              <code>*</code> takes all, <code>llm_*</code> all that begin so, names are separated by commas.
            </span>
          </div>
          <label className="check">
            <input
              type="checkbox"
              checked={draft.realtime}
              onChange={(event) => set({ realtime: event.target.checked })}
            />
            <span>Each event alone, at once, rather than in batches</span>
          </label>
          <label className="check">
            <input type="checkbox" checked={draft.strict} onChange={(event) => set({ strict: event.target.checked })} />
            <span>Strictly in order: a delivery that fails holds back those after it</span>
          </label>
          <div className="field">
            <label htmlFor="hook-token">Bearer token of the receiver (optional)</label>
            <input
              id="hook-token"
              type="password"
              autoComplete="off"
              value={draft.token}
              onChange={(event) => set({ token: event.target.value })}
            />
          </div>
        </>
      )}
    </div>
  );
}
