import { namesIn, type Condition } from "./condition.ts";
import type { FlowDefinition, FlowMethod } from "./flow.ts";

export interface FlowNode {
  id: string;
  kind: "start" | "listen" | "router";
  /** A person reviews its output. */
  human: boolean;
  /** Its distance from the start, for drawing: 0 is the first. */
  layer: number;
}

export interface FlowEdge {
  from: string;
  to: string;
  /** The router's label that leads here; null if the method itself does. */
  label: string | null;
  /** Whether the listener waits for others as well. */
  joins: "and" | "or" | null;
}

/** A flow as data for a diagram. Labels whose router is unknown come from every router that lists none. */
export interface FlowGraph {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

export function flowGraph({ methods }: Pick<FlowDefinition, "methods">): FlowGraph {
  const edges = methods.flatMap((method) => edgesInto(method, methods));
  const layers = layersOf(methods, edges);
  const nodes = methods.map((method): FlowNode => ({
    id: method.name,
    kind: method.router === true ? "router" : method.start === undefined ? "listen" : "start",
    human: method.humanFeedback !== undefined,
    layer: layers.get(method.name) ?? 0,
  }));
  return { nodes, edges };
}

function edgesInto(method: FlowMethod, methods: readonly FlowMethod[]): FlowEdge[] {
  const condition = method.listen ?? (method.start === true ? undefined : method.start);
  if (condition === undefined) return [];
  const joins = joining(condition);
  return namesIn(condition).flatMap((name): FlowEdge[] => {
    const isMethod = methods.some((other) => other.name === name);
    // A label may equal a method's name.
    const routers = methods.filter((other) => other.router === true && (other.emits?.includes(name) ?? !isMethod));
    const labelled = routers.map((router) => ({ from: router.name, to: method.name, label: name, joins }));
    const own: FlowEdge[] = isMethod ? [{ from: name, to: method.name, label: null, joins }] : [];
    return own.concat(labelled);
  });
}

function joining(condition: Condition): FlowEdge["joins"] {
  if (typeof condition === "string") return null;
  return "and" in condition ? "and" : "or";
}

/** A method is one layer below the first connection that leads to it: edges of loops lead back up. */
function layersOf(methods: readonly FlowMethod[], edges: readonly FlowEdge[]): Map<string, number> {
  const layers = new Map(methods.filter(({ start }) => start === true).map(({ name }) => [name, 0]));
  let reached = [...layers.keys()];
  for (let layer = 1; reached.length > 0; layer += 1) {
    const next = edges.filter(({ from, to }) => reached.includes(from) && !layers.has(to)).map(({ to }) => to);
    for (const name of next) layers.set(name, layer);
    reached = [...new Set(next)];
  }
  return layers;
}
