import type { automationsPageSchema } from "@crewstream/contracts";
import type { ReactElement } from "react";
import type { z } from "zod";
import { Badge, type Mood } from "./badge.tsx";
import { Copy } from "./copy.tsx";

export type Automation = z.infer<typeof automationsPageSchema>["items"][number];

const words = {
  ready: ["good", "Ready"],
  needs_setup: ["warn", "Needs setup"],
  starting: ["info", "Starting"],
  failed: ["bad", "Not loaded"],
} as const satisfies Record<Automation["state"], readonly [Mood, string]>;

export function AutomationBadge({ state }: { state: Automation["state"] }): ReactElement {
  const [mood, word] = words[state];
  return <Badge mood={mood}>{word}</Badge>;
}

/** Why an automation cannot be run and the command that helps, and warnings about its runs. */
export function Findings({ automation }: { automation: Automation }): ReactElement {
  const { state, reason, fix, warnings = [] } = automation;
  return (
    <>
      {reason !== undefined && <div className={`reason small ${state === "failed" ? "bad" : "warn"}`}>{reason}</div>}
      {fix !== undefined && (
        <div className="small">
          Run <code>{fix}</code> <Copy text={fix} what="command" />
        </div>
      )}
      {warnings.map((warning) => (
        <div key={warning} className="reason warn small">
          {warning}
        </div>
      ))}
    </>
  );
}
