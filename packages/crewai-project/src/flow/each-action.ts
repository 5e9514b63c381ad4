import { within, type Location } from "../finding.ts";
import type { ActionValue } from "../schema/flow-schema.ts";
import { expression, type Action, type ActionSite } from "./action-site.ts";
import { readAtomicAction } from "./actions.ts";

type Each = Extract<ActionValue, { call: "each" }>;

/** Any action of a method; undefined, with findings, if it cannot run. */
export async function readAction(site: ActionSite, action: ActionValue, at: Location): Promise<Action | undefined> {
  return action.call === "each" ? readEach(site, action, at) : readAtomicAction(site, action, at);
}

/** Steps that run for each item of a list, one item after another: returns the last step's result for each. */
async function readEach(site: ActionSite, action: Each, at: Location): Promise<Action | undefined> {
  const inner: ActionSite = { ...site, roots: [...site.roots, "item"] };
  const list = expression(site, action.in, within(at, "in"));
  const steps = [];
  for (const [index, step] of action.do.entries()) {
    const place = within(at, "do", index);
    if (action.do.findIndex((other) => other.name === step.name) !== index) {
      site.project.findings.error(within(place, "name"), `two steps are named ${JSON.stringify(step.name)}`);
    }
    const run = await readAtomicAction(inner, step.action, within(place, "action"));
    const hasCondition = step.if !== undefined && step.if !== null;
    const condition = hasCondition ? expression(inner, step.if ?? "", within(place, "if")) : () => true;
    steps.push({ name: step.name, condition, run });
  }
  const sound = steps.flatMap(({ name, condition, run }) => (condition && run ? [{ name, condition, run }] : []));
  if (list === undefined || sound.length < steps.length) return undefined;
  return async (scope) => {
    const items = list(scope.roots);
    if (!Array.isArray(items)) throw new Error('the "in" of an each action must give a list');
    const results: unknown[] = [];
    for (const item of items) {
      const outputs: Record<string, unknown> = { ...(scope.roots["outputs"] as object) };
      let last: unknown = null;
      for (const { name, condition, run } of sound) {
        const roots = { ...scope.roots, outputs, item };
        const holds = condition(roots);
        if (typeof holds !== "boolean") throw new Error(`the "if" of step ${name} must give true or false`);
        if (!holds) continue;
        last = await run({ ...scope, roots });
        outputs[name] = last;
      }
      results.push(last);
    }
    return results;
  };
}
