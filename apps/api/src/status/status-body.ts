import type { ExecutionRecord } from "@crewstream/redis";
import { statusFacts } from "./facts.ts";
import { hybridStatus } from "./hybrid.ts";
import { liveStatus } from "./live.ts";
import { openapiStatus } from "./openapi.ts";

export const statusShapes = ["hybrid", "live", "openapi"] as const;
export type StatusShape = (typeof statusShapes)[number];

const shapes = { hybrid: hybridStatus, live: liveStatus, openapi: openapiStatus };

/** The body of `/status` for a record. @param now ms since 1970 */
export function statusBody(record: ExecutionRecord, shape: StatusShape, now: number): Record<string, unknown> {
  return shapes[shape](statusFacts(record, now));
}

/**
 * The response for an unknown execution: live servers send 200, the OpenAPI file says 404. The body has the wording of
 * both, so only clients that check just the code see a difference.
 */
export function unknownExecution(id: string, shape: StatusShape): { status: number; body: Record<string, unknown> } {
  const message = `No execution found with ID: ${id.slice(0, 100)}`;
  const problem = { error: "Execution not found", message, detail: message };
  if (shape === "openapi") return { status: 404, body: problem };
  const body = {
    state: "NOT FOUND",
    status: "Task not found or Invalid kickoff id",
    result: null,
    result_json: null,
    progress: null,
    last_step: null,
    last_executed_task: null,
    ...problem,
  };
  return { status: shape === "live" ? 200 : 404, body };
}
