import { AppError, ErrorCode } from "@crewstream/contracts";
import { namesIn } from "./condition.ts";
import type { FlowDefinition, FlowMethod } from "./flow.ts";

/** Throws `configuration` with every error in a flow's graph, so that it fails when it is loaded. */
export function checkFlow(flow: FlowDefinition): void {
  const faults: string[] = [];
  const names = flow.methods.map((method) => method.name);
  const routers = flow.methods.filter((method) => method.router === true);
  const labels = new Set(routers.flatMap((router) => router.emits ?? []));
  const allLabelsKnown = routers.every((router) => router.emits !== undefined);
  if (!flow.methods.some((method) => method.start !== undefined)) faults.push("no method starts it");
  for (const [index, method] of flow.methods.entries()) {
    const { name } = method;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) faults.push(`the method name "${name}" is not an identifier`);
    if (names.indexOf(name) !== index) faults.push(`two methods are named "${name}"`);
    faults.push(...feedbackFaults(method));
    for (const other of awaited(method)) {
      if (other === name) faults.push(`"${name}" listens to itself`);
      else if (allLabelsKnown && !names.includes(other) && !labels.has(other)) {
        faults.push(`"${name}" listens to "${other}", which is neither a method nor a router's label`);
      }
    }
  }
  if (faults.length > 0) {
    throw new AppError(`The flow ${flow.name === undefined ? "" : `"${flow.name}" `}cannot run: ${faults.join("; ")}`, {
      code: ErrorCode.configuration,
      details: { faults },
    });
  }
}

function feedbackFaults({ name, humanFeedback }: FlowMethod): string[] {
  const { emit, defaultOutcome, approveOutcome, rejectOutcome, timeoutSeconds } = humanFeedback ?? {};
  const roles = { default: defaultOutcome, approve: approveOutcome, reject: rejectOutcome };
  const faults = Object.entries(roles).flatMap(([role, outcome]) =>
    outcome === undefined || emit?.includes(outcome) === true
      ? []
      : [`the ${role} outcome "${outcome}" of "${name}" is not one that it emits`],
  );
  if (approveOutcome !== undefined && approveOutcome === rejectOutcome) {
    faults.push(`an approval and a rejection of "${name}" both take "${approveOutcome}"`);
  }
  if (emit !== undefined && timeoutSeconds !== undefined && defaultOutcome === undefined) {
    faults.push(`"${name}" waits ${timeoutSeconds} s for a person and has no default outcome for the timeout`);
  }
  return faults;
}

function awaited(method: FlowMethod): string[] {
  const start = method.start === undefined || method.start === true ? [] : namesIn(method.start);
  return [...start, ...(method.listen === undefined ? [] : namesIn(method.listen))];
}
