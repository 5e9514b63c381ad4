import type { z } from "zod";
import { callerView, toCallerSchema } from "../automation-schema.ts";
import type { Automation } from "../run-context.ts";
import { runAutomation } from "../run/run-automation.ts";
import { currentScope, insideRun } from "../run/scope.ts";
import { checkFlow } from "./check-flow.ts";
import { FlowBuilder } from "./flow-builder.ts";
import { flowGraph, type FlowGraph } from "./flow-graph.ts";
import { flowSvg } from "./flow-svg.ts";
import type { FlowDefinition, FlowOptions } from "./flow.ts";
import { runFlow } from "./run-flow.ts";

/** A flow that can be served, or run from another flow's method or from a tool. */
export interface Flow extends Automation {
  kind: "flow";
  definition: FlowDefinition;
  /** The flow's methods and their connections, for drawing. */
  graph: FlowGraph;
  /** The graph as an SVG document. Inside a run it emits `flow_plot`, as CrewAI's `plot()` does. */
  plot(): string;
  /** Runs the flow as part of the current run and returns its final value. */
  kickoff(inputs?: Record<string, unknown>): Promise<unknown>;
}

/**
 * Defines a flow by adding its methods: `defineFlow({ state }, (flow) => flow.start(…).listen(…))`. Throws
 * `configuration`, naming every error in the graph, if it could not run.
 */
export function defineFlow<State extends z.ZodObject = z.ZodObject<Record<string, z.ZodUnknown>>>(
  options: FlowOptions<State>,
  build: (flow: FlowBuilder<z.output<State>>) => Pick<FlowBuilder<z.output<State>>, "methods">,
): Flow {
  return flowFrom({ ...options, methods: build(new FlowBuilder<z.output<State>>()).methods });
}

/** The same from data, as loaders have it. */
export function flowFrom(definition: FlowDefinition): Flow {
  checkFlow(definition);
  const graph = flowGraph(definition);
  return {
    kind: "flow",
    ...(definition.name === undefined ? {} : { name: definition.name }),
    description: definition.description ?? "",
    inputs: Object.keys(definition.state?.shape ?? {}),
    required: [],
    inputsSchema: {
      type: "object",
      ...(definition.state === undefined ? {} : toCallerSchema(definition.state, "input")),
    },
    ...callerView(definition),
    definition,
    graph,
    plot: () => {
      insideRun()?.emit("flow_plot", { flow_name: definition.name ?? "flow" });
      return flowSvg(graph);
    },
    run: (context) =>
      runAutomation(context, async (scope) => {
        const name = definition.name ?? context.automation;
        const result = await runFlow(scope.at("flow"), definition, name, context.inputs);
        const isObject = typeof result === "object" && result !== null;
        return { result, resultJson: isObject ? result : null, tasks: [] };
      }),
    kickoff: async (inputs = {}) => {
      const scope = currentScope("flow.kickoff()");
      const name = definition.name ?? "flow";
      const ordinal = scope.run.nextOrdinal(scope.path, `flow:${name}`);
      const strand = scope.at(ordinal === 0 ? `flow:${name}` : `flow:${name}#${ordinal}`).fork();
      const result = await runFlow(strand, definition, name, inputs);
      scope.join(strand);
      return result;
    },
  };
}
