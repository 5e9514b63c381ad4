import { namesIn } from "@crewstream/crew/parts";
import { within, type Findings, type Location } from "../finding.ts";
import { suggestion } from "../nearest-name.ts";
import type { ConditionValue, FlowKeys, MethodValue } from "../schema/flow-schema.ts";

/**
 * Checks the references of a flow's methods to each other. `names` are all in the file, including methods with errors;
 * the labels of a router that does not list them cannot be known.
 */
export function checkGraph(flow: FlowKeys, names: readonly string[], top: Location, findings: Findings): void {
  const methods = Object.entries(flow.methods);
  const routers = methods.filter(([, method]) => isRouter(method));
  const labels = routers.flatMap(([, method]) => labelsOf(method) ?? []);
  const allLabelsKnown = routers.every(([, method]) => labelsOf(method) !== undefined);
  const known = [...names, ...labels];
  if (!methods.some(([, method]) => isStart(method)) && names.length === methods.length) {
    findings.error(within(top, "methods"), 'no method starts the flow: one needs "start: true"');
  }
  for (const [name, method] of methods) {
    const at = within(top, "methods", name);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      findings.error(at, `${JSON.stringify(name.slice(0, 60))} cannot name a method: use letters, digits and _`);
    for (const key of ["start", "listen"] as const) {
      const when = method[key];
      if (when === undefined || when === null || typeof when === "boolean") continue;
      for (const awaited of new Set(namesIn(when))) {
        if (awaited === name) {
          findings.error(
            within(at, key),
            `the method ${JSON.stringify(name)} waits for itself`,
            "wait for another method, or for a router's label",
          );
        } else if (allLabelsKnown && !known.includes(awaited)) {
          findings.error(
            within(at, key),
            `${JSON.stringify(awaited)} is neither a method nor a router's label`,
            suggestion(awaited, known),
          );
        }
      }
    }
    const unknownLabels = namesIn(conditionOf(method.start)).filter(
      (name) => names.includes(name) && !labels.includes(name),
    );
    if (unknownLabels.length > 0 && allLabelsKnown) {
      findings.warning(
        within(at, "start"),
        `only labels of routers start a method, and ${JSON.stringify(unknownLabels[0])} is not one`,
        "to run after a method, use listen",
      );
    }
    if (!isStart(method) && !method.listen) {
      findings.warning(at, "is never run: it has neither start nor listen");
    }
    if (method.emit && !isRouter(method)) {
      findings.warning(within(at, "emit"), '"emit" has no effect: the method is no router', 'add "router: true"');
    }
    checkFeedback(method, at, findings);
  }
}

function checkFeedback(method: MethodValue, at: Location, findings: Findings): void {
  const feedback = method.human_feedback;
  for (const key of ["default_outcome", "approve_outcome", "reject_outcome"] as const) {
    const outcome = feedback?.[key];
    if (outcome === undefined || outcome === null) continue;
    const place = within(at, "human_feedback", key);
    if (!feedback?.emit) findings.error(place, `"${key}" needs "emit"`);
    else if (!feedback.emit.includes(outcome)) {
      findings.error(
        place,
        `${JSON.stringify(outcome)} is not among the outcomes in "emit"`,
        suggestion(outcome, feedback.emit),
      );
    }
  }
}

function conditionOf(start: MethodValue["start"]): ConditionValue {
  return typeof start === "object" && start !== null ? start : typeof start === "string" ? start : { or: [] };
}

export function isStart(method: MethodValue): boolean {
  return method.start !== undefined && method.start !== null && method.start !== false;
}

/** A method whose feedback has outcomes routes by them. */
export function isRouter(method: MethodValue): boolean {
  return method.router === true || (method.human_feedback?.emit?.length ?? 0) > 0;
}

export function labelsOf(method: MethodValue): string[] | undefined {
  return method.human_feedback?.emit ?? method.emit ?? undefined;
}
