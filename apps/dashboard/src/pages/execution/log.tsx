import type { ReactElement } from "react";
import { useLogs } from "../../api/executions.ts";
import { plural } from "../../format/number.ts";
import { clockTime, exactTime } from "../../format/time.ts";
import { Card } from "../../parts/page.tsx";
import { Failure } from "../../parts/states.tsx";
import "./log.css";

/** The output of the run's automation, with the time of each line. */
export function Log({ id, ended }: { id: string; ended: boolean }): ReactElement | null {
  const { data, error } = useLogs(id, ended);
  if (data === undefined) return error === null ? null : <Failure error={error} />;
  const { lines, truncated } = data;
  return (
    <Card title="Log" aside={truncated ? `the newest ${plural(lines.length, "line")}` : plural(lines.length, "line")}>
      {lines.length === 0 ? (
        <p className="muted small body">
          Nothing printed{ended ? "" : " yet"}. <code>console.log</code> and Python’s <code>print</code> are shown here.
        </p>
      ) : (
        <ol className="log" tabIndex={0} aria-label="Log of the run">
          {lines.map(({ at, output, line }, index) => (
            <li key={index} className={output === "stderr" ? "bad" : undefined}>
              <time className="muted num" dateTime={at} title={exactTime(Date.parse(at))}>
                {clockTime(Date.parse(at))}
              </time>
              {output === "stderr" && <span className="hidden-label">error output: </span>}
              <code>{line}</code>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
