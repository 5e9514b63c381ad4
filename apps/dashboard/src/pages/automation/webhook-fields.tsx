import type { ReactElement } from "react";
import type { Pace, WebhookDraft } from "./kickoff-body.ts";

const paces: readonly [Pace, string][] = [
  ["batched", "In batches"],
  ["realtime", "Each event alone, at once"],
  ["adaptive", "At once, together where that is too slow"],
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
              <code>*</code> takes all, <code>llm_*</code> all that begin so, names are separated by commas.
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
              <label htmlFor="hook-delay">Longest delay in milliseconds</label>
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
                Events go out together where one by one they would be older than this.
              </span>
            </div>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={draft.coalesce}
              onChange={(event) => set({ coalesce: event.target.checked })}
            />
            <span>Join the pieces of one model answer that leave together into one event</span>
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
