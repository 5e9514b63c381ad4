import { errorMessage } from "@crewstream/contracts";
import type { ErrorOrigin } from "../journal.ts";
import { framesOf, type StackFrame } from "./stack-frames.ts";
import { errorType, StepFailure } from "./step-failure.ts";

const maxCauses = 5;
const maxFramesPerCause = 10;
const maxMessage = 500;
const maxStack = 3000;

/** Context for describing errors. */
export interface ErrorView {
  /** The automation's folder, absolute; without it no frame is recognised as the automation's. */
  root: string | undefined;
  removeSecrets: (text: string) => string;
}

/**
 * Where anything thrown came from: a failed step has its origin, also on replay; else it is read from its stack and
 * those of its causes. The deepest cause with a location counts: it is where something went wrong, the others passed it
 * on.
 * @returns undefined if there is nothing to add to the error's class and message
 */
export function originOf(error: unknown, { root, removeSecrets }: ErrorView): ErrorOrigin | undefined {
  const chain = causes(error);
  const known = chain.find((cause) => cause instanceof StepFailure && cause.origin !== undefined);
  if (known instanceof StepFailure) return known.origin;
  const parts = chain.map((cause) => {
    const frames = framesOf(stackOf(cause), root);
    const head = `${errorType(cause)}: ${cut(errorMessage(cause), maxMessage)}`;
    const text = removeSecrets([head, ...shownFrames(frames).map((frame) => frame.text)].join("\n"));
    return { text, location: frames.find(({ kind }) => kind === "own")?.place };
  });
  const stack = cut(parts.map(({ text }) => text).join("\ncaused by "), maxStack);
  const location = parts.findLast((part) => part.location !== undefined)?.location;
  if (location !== undefined) return { location, stack };
  return stack.includes("\n") ? { stack } : undefined;
}

/** All frames but Node's and crewstream's own; a package's only up to the call from the automation's code. */
function shownFrames(frames: readonly StackFrame[]): StackFrame[] {
  const lastOwn = frames.findLastIndex(({ kind }) => kind === "own");
  return frames
    .filter(({ kind }, index) => kind === "own" || (kind === "package" && index < lastOwn))
    .slice(0, maxFramesPerCause);
}

/** The error and its causes, outermost first; the runtime's wrapper around an error stands for that error. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== undefined && !chain.includes(at) && chain.length < maxCauses; at = causeOf(at)) {
    if (!(at instanceof StepFailure && at.cause !== undefined)) chain.push(at);
  }
  return chain;
}

function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if (error.cause !== undefined) return error.cause;
  return error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined;
}

/** A stack, if it is a text: user code can put anything there, and a getter can throw. */
function stackOf(error: unknown): string {
  try {
    const stack = error instanceof Error ? error.stack : undefined;
    return typeof stack === "string" ? stack : "";
  } catch {
    return "";
  }
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
