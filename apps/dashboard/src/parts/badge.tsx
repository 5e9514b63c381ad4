import type { DeliveryViewState, ExecutionState } from "@crewstream/contracts";
import type { ReactElement } from "react";

export type Mood = "good" | "warn" | "bad" | "info" | "human" | "plain";

/** A word for a state, repeated by a shape and a colour. */
export function Badge({ mood, children }: { mood: Mood; children: string }): ReactElement {
  return <span className={`badge ${mood}`}>{children}</span>;
}

const executionWords = {
  PENDING: ["plain", "Queued"],
  STARTED: ["info", "Starting"],
  RUNNING: ["info", "Running"],
  PAUSED: ["human", "Needs an answer"],
  SUCCESS: ["good", "Succeeded"],
  FAILED: ["bad", "Failed"],
  REVOKED: ["plain", "Cancelled"],
} as const satisfies Record<ExecutionState, readonly [Mood, string]>;

export function executionWord(state: ExecutionState): string {
  return executionWords[state][1];
}

export function ExecutionBadge({ state }: { state: ExecutionState }): ReactElement {
  const [mood, word] = executionWords[state];
  return <Badge mood={mood}>{word}</Badge>;
}

const deliveryWords = {
  pending: ["info", "Pending"],
  retrying: ["warn", "Retrying"],
  delivered: ["good", "Delivered"],
  dead: ["bad", "Dead"],
} as const satisfies Record<DeliveryViewState, readonly [Mood, string]>;

export function DeliveryBadge({ state }: { state: DeliveryViewState }): ReactElement {
  const [mood, word] = deliveryWords[state];
  return <Badge mood={mood}>{word}</Badge>;
}
