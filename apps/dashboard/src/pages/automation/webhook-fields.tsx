import type { ReactElement } from "react";
import type { Pace, WebhookDraft } from "./kickoff-body.ts";

const paces: readonly [Pace, string][] = [
  ["batched", "In batches"],
  ["realtime", "In real time, one event per delivery"],
  ["adaptive", "In real time, together if the endpoint is slow"],
];

/** Where the run's events are sent, which of them, and how. */
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
              <code>*</code> selects all, <code>llm_*</code> all with this prefix; separate names by commas.
            </span>
          </div>
          <div className="field">
            <label htmlFor="hook-pace">When</label>
            <select
              id="hook-pace"
              value={draft.pace}
              onChange={(event) => set({ pace: paces.find(([pace]) => pace === event.target.value)?.[0] ?? "batched" })}
            >
              {paces.map(([pace, text]) => (
                <option key={pace} value={pace}>
                  {text}
                </option>
              ))}
            </select>
          </div>
          {draft.pace === "adaptive" && (
            <div className="field">
              <label htmlFor="hook-delay">Maximum delay in milliseconds</label>
              <input
                id="hook-delay"
                type="number"
                required
                min={1}
                max={60_000}
                value={draft.maxDelayMs}
                aria-describedby="hook-delay-hint"
                onChange={(event) => set({ maxDelayMs: event.target.value })}
              />
              <span className="hint" id="hook-delay-hint">
                Events are sent together if they would be older than this when sent alone.
              </span>
            </div>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={draft.coalesce}
              onChange={(event) => set({ coalesce: event.target.checked })}
            />
            <span>Merge streamed chunks of one response within a delivery</span>
          </label>
          <label className="check">
            <input type="checkbox" checked={draft.strict} onChange={(event) => set({ strict: event.target.checked })} />
            <span>Strict order: a failed delivery holds back those after it</span>
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
