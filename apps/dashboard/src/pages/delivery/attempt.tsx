import type { AttemptView } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { outcomeText, reasonText } from "../../format/failure.ts";
import { duration, exactTime } from "../../format/time.ts";
import { Badge } from "../../parts/badge.tsx";
import { Moment } from "../../parts/time.tsx";

const waits = new Set(["parked", "held"]);

/** One attempt: its outcome, how long it took, and the beginning of the response, headers first. */
export function Attempt({ attempt, isNewest }: { attempt: AttemptView; isNewest: boolean }): ReactElement {
  const isGood = attempt.settled === "delivered";
  const response = responseText(attempt);
  const next = waits.has(attempt.settled) ? attempt.next_attempt_at : null;
  return (
    <li>
      <div className="row">
        <strong className="num">#{attempt.attempt}</strong>
        <Badge mood={isGood ? "good" : "bad"}>{outcomeText(attempt)}</Badge>
        <span className="grow muted small reason">{reasonText(attempt)}</span>
        <span className="small num" title={exactTime(Date.parse(attempt.at))}>
          {duration(attempt.duration_ms)}
        </span>
        <span className="muted small">·</span>
        <span className="small">
          <Moment at={attempt.at} />
        </span>
      </div>
      {response !== "" && (
        <details open={isNewest}>
          <summary>Response</summary>
          <pre className="code" tabIndex={0} role="region" aria-label={`Response to attempt ${attempt.attempt}`}>
            {response}
          </pre>
        </details>
      )}
      {next !== null && (
        <p className="muted small">
          {attempt.settled === "held" ? "Held at the head of its feed" : "Parked"} until{" "}
          <time dateTime={next}>{exactTime(Date.parse(next))}</time>
        </p>
      )}
    </li>
  );
}

/** Headers, an empty line, body: as on the wire. */
function responseText({ response, response_headers: headers }: AttemptView): string {
  const lines = headersText(headers ?? {});
  return [lines, response ?? ""].filter((part) => part !== "").join("\n\n");
}

/** `name: value`, one per line. */
export function headersText(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
