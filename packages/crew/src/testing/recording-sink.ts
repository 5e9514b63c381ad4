import type { EventSink, RuntimeEvent } from "../run-context.ts";

export interface RecordingSink extends EventSink {
  /** Every event in order, without repeated ids, as in a stream. */
  readonly events: RuntimeEvent[];
  /** All emitted events, replayed ones included. */
  readonly emitted: RuntimeEvent[];
  types(): string[];
}

/** A sink that records events and drops ids it has, as the store does. `known` continues an earlier stream. */
export function recordingSink(known: readonly RuntimeEvent[] = []): RecordingSink {
  const events = [...known];
  const emitted: RuntimeEvent[] = [];
  const ids = new Set(known.map((event) => event.id));
  return {
    events,
    emitted,
    types: () => events.map((event) => event.type),
    emit(event) {
      emitted.push(event);
      if (ids.has(event.id)) return;
      ids.add(event.id);
      events.push(event);
    },
    ready: () => Promise.resolve(),
  };
}
