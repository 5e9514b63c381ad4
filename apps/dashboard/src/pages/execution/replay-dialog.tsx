import type { Execution } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import { useReplay } from "../../api/executions.ts";
import { Dialog, DialogActions } from "../../parts/dialog.tsx";
import { say } from "../../parts/toasts.tsx";

/** Delivers events of a run again: all of them or a part, to the same URL or another. */
export function ReplayDialog({
  execution,
  onClose,
  range,
  feed: startFeed = 0,
}: {
  execution: Pick<Execution, "id" | "subscriptions" | "events">;
  onClose: () => void;
  range?: { from: number; to: number };
  feed?: number;
}): ReactElement {
  const [feed, setFeed] = useState(startFeed);
  const [url, setUrl] = useState("");
  const [token, setToken] = useState("");
  const [from, setFrom] = useState(String(range?.from ?? 1));
  const [to, setTo] = useState(String(range?.to ?? ""));
  const replay = useReplay(execution.id);
  const elsewhere = url.trim() !== "";
  return (
    <Dialog open onClose={onClose} title="Replay events">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          replay.mutate(
            {
              feed,
              ...(elsewhere ? { url: url.trim() } : {}),
              ...(token === "" ? {} : { authentication: { strategy: "bearer" as const, token } }),
              ...(from === "" ? {} : { from: Number(from) }),
              ...(to === "" ? {} : { to: Number(to) }),
            },
            {
              onSuccess: (answer) => {
                onClose();
                say("The replay has begun", `It is webhook ${answer.feed + 1} of this run.`);
              },
            },
          );
        }}
      >
        <p className="muted">
          The events are delivered once more, under new delivery ids and with the header <code>webhook-replay-of</code>.
        </p>
        {execution.subscriptions.length > 1 && (
          <div className="field">
            <label htmlFor="replay-feed">As for</label>
            <select id="replay-feed" value={feed} onChange={(event) => setFeed(Number(event.target.value))}>
              {execution.subscriptions.map((each) => (
                <option key={each.feed} value={each.feed}>
                  Webhook {each.feed + 1}: {each.url}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor="replay-url">To another URL</label>
          <input
            id="replay-url"
            type="url"
            placeholder={execution.subscriptions[feed]?.url ?? "https://example.com/hook"}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
          <span className="hint">Empty sends them to where they went before.</span>
        </div>
        {elsewhere && (
          <div className="field">
            <label htmlFor="replay-token">Bearer token for it</label>
            <input
              id="replay-token"
              type="password"
              autoComplete="off"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
            <span className="hint">Another URL gets none of the webhook’s own secrets.</span>
          </div>
        )}
        <div className="columns">
          <div className="field">
            <label htmlFor="replay-from">From event</label>
            <input
              id="replay-from"
              inputMode="numeric"
              pattern="\d+"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor="replay-to">To event</label>
            <input
              id="replay-to"
              inputMode="numeric"
              pattern="\d+"
              placeholder={`${execution.events} (the last)`}
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          </div>
        </div>
        <p className="bad" role="alert">
          {replay.error?.message}
        </p>
        <DialogActions onClose={onClose}>
          <button type="submit" className="button primary" disabled={replay.isPending}>
            Replay
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
