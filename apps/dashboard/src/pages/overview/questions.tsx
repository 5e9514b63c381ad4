import type { ReactElement } from "react";
import { useHumanRequests } from "../../api/human.ts";
import { plural } from "../../format/number.ts";
import { Icon } from "../../parts/icon.tsx";
import { hrefTo } from "../../routing/route.ts";

/** Runs that wait until a person answers them. */
export function Questions(): ReactElement | null {
  const runs = new Set(useHumanRequests().data?.items.map((request) => request.execution_id)).size;
  if (runs === 0) return null;
  return (
    <div className="notice human" role="status">
      <Icon name="person" />
      <p>
        <a href={hrefTo("/executions", { state: "PAUSED" })}>
          {plural(runs, "run waits for an answer", "runs wait for an answer")}
        </a>{" "}
        of a person.
      </p>
    </div>
  );
}
