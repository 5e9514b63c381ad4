import {
  compileSelector,
  underName,
  type Selector,
  type StoredEvent,
  type Subscription,
  type SubscriptionSecrets,
} from "@crewstream/contracts";
import { chunkTypes, coalesce, readChunk } from "./coalesce.ts";
import { humanBody } from "./human-body.ts";
import { legacyBody } from "./legacy-body.ts";
import type { RenderedEvent } from "./rendered-event.ts";

/** Which events a subscription selects, under what name, and how they become a body; the same events give the same bytes. */
export interface Renderer {
  /** The event for this subscription; undefined when it is not selected. */
  render(event: StoredEvent): RenderedEvent | undefined;
  body(events: readonly RenderedEvent[]): string;
}

export function createRenderer(subscription: Subscription, secrets: SubscriptionSecrets = {}): Renderer {
  const select = compileSelector(subscription.events);
  const { form } = subscription;
  if (form !== "events") {
    return {
      render(event) {
        if (select(event.type) === undefined) return undefined;
        const text =
          form === "human_crew" || form === "human_flow"
            ? humanBody(event.json, subscription, secrets)
            : legacyBody(form, event.json, subscription);
        return text === undefined ? undefined : rendered(event, text);
      },
      body: (events) => events[0]?.text ?? "",
    };
  }
  if (subscription.coalesce === true) {
    return {
      render(event) {
        const one = renderEvent(event, select);
        return one !== undefined && chunkTypes.has(event.type) ? { ...one, chunk: readChunk(event.json) } : one;
      },
      body: (events) => `{"events":[${coalesce(events).join(",")}]}`,
    };
  }
  return {
    render: (event) => renderEvent(event, select),
    // The stored texts are joined unchanged: an event is serialised once, when it is published.
    body: (events) => `{"events":[${events.map((event) => event.text).join(",")}]}`,
  };
}

function renderEvent(event: StoredEvent, select: Selector): RenderedEvent | undefined {
  const name = select(event.type);
  return name === undefined ? undefined : rendered(event, underName(event, name));
}

function rendered(event: StoredEvent, text: string): RenderedEvent {
  return { seq: event.seq, text, bytes: Buffer.byteLength(text), source: event.json };
}

/** When an event was published, ms: its timestamp, found without parsing the event; 0 if there is none. */
export function publishedAt({ source }: Pick<RenderedEvent, "source">): number {
  const key = '"timestamp":"';
  const start = source.indexOf(key);
  if (start < 0) return 0;
  const from = start + key.length;
  return Date.parse(source.slice(from, source.indexOf('"', from))) || 0;
}
