import { useState, type ReactElement } from "react";
import { useStats } from "../api/stats.ts";
import { Moment } from "./time.tsx";

const key = "crewstream-data-loss-seen";

/** Reports that Redis came back without its data, until it is dismissed. */
export function DataLoss(): ReactElement | null {
  const at = useStats().data?.data_lost_at ?? null;
  const [seen, setSeen] = useState(lastSeen);
  if (at === null || at === seen) return null;
  return (
    <div className="offline row" role="alert">
      <div className="grow">
        <strong>
          Redis came back without its data <Moment at={at} />.
        </strong>{" "}
        Runs, events and deliveries from before are gone, and what was not delivered by then will not be. New work
        continues. Restore a backup, or find out why Redis does not keep what it stores.
      </div>
      <button
        type="button"
        className="button tiny"
        onClick={() => {
          keepSeen(at);
          setSeen(at);
        }}
      >
        Dismiss
      </button>
    </div>
  );
}

function lastSeen(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keepSeen(at: string): void {
  try {
    localStorage.setItem(key, at);
  } catch {
    // A browser without storage: it is dismissed until the page is closed.
  }
}
