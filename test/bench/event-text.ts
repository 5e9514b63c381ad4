import { randomUUID } from "node:crypto";
import type { StoredEvent } from "@crewstream/contracts";

/** The content of an event's marker: its run, its execution, its number from 1, and when it was due. */
export interface Mark {
  run: string;
  execution: number;
  seq: number;
  sentAt: number;
}

export const eventType = "bench_event";
const markKey = '"mark":"';

/** An event of about `bytes` bytes, serialised as by a crew worker, with its marker. */
export function makeEvent(executionId: string, mark: Mark, bytes: number): StoredEvent {
  const id = randomUUID();
  const { run, execution, seq, sentAt } = mark;
  const json = JSON.stringify({
    id,
    execution_id: executionId,
    timestamp: new Date(sentAt).toISOString(),
    type: eventType,
    data: {
      mark: `${run}/${execution}/${seq}/${sentAt.toFixed(3)}`,
      filler: filler(bytes),
      emission_sequence: seq,
    },
  });
  return { seq, id, type: eventType, json };
}

/** Approximate size of the envelope and the marker. */
const envelopeBytes = 240;
const fillers = new Map<number, string>();

function filler(bytes: number): string {
  const known = fillers.get(bytes);
  if (known !== undefined) return known;
  const words = "the agent looks for a source and writes down what it found ";
  const text = words.repeat(Math.ceil(bytes / words.length)).slice(0, Math.max(0, bytes - envelopeBytes));
  fillers.set(bytes, text);
  return text;
}

/** The markers in a body, found without parsing it: the receiver shares the machine with what is measured. */
export function* marksIn(body: string): Generator<Mark> {
  for (let at = body.indexOf(markKey); at >= 0; at = body.indexOf(markKey, at)) {
    const from = at + markKey.length;
    at = body.indexOf('"', from);
    const [run = "", execution, seq, sentAt] = body.slice(from, at).split("/");
    yield { run, execution: Number(execution), seq: Number(seq), sentAt: Number(sentAt) };
  }
}
