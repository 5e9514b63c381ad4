import { z } from "zod";
import type { Runtime } from "../automation.ts";
import { typeAliases } from "../selection.ts";
import { eventGroups, type EventGroup, type EventTypeName } from "./catalogue.ts";
import { runtimesEmitting } from "./emitted.ts";
import type { EventType } from "./event-type.ts";
import { scopeOf, type EventScope } from "./scope.ts";

/** A type of event as the API and the documentation show it. */
export interface EventTypeDescription {
  type: EventTypeName;
  group: EventGroup;
  /** One line. */
  description: string;
  scope: EventScope["scope"];
  /** The starting type that it closes. */
  closes: string | null;
  /** Other names that a subscription may request. */
  aliases: string[];
  /** Whether anything here emits it; false for a type that is listed only because CrewAI has it. */
  emitted: boolean;
  /** The runtimes whose automations can emit it. */
  runtimes: readonly Runtime[];
  /** JSON Schema (2020-12) of `data`. */
  schema: Record<string, unknown>;
  /** A valid `data`. */
  example: Record<string, unknown>;
}

let described: readonly EventTypeDescription[] | undefined;

/** Every type of the catalogue, described. Computed at the first call (about 30 ms) and cached: do not modify it. */
export function describeEventTypes(): readonly EventTypeDescription[] {
  described ??= Object.entries(eventGroups).flatMap(([group, types]) =>
    Object.entries<EventType>(types).map(([type, eventType]) =>
      describe(type as EventTypeName, group as EventGroup, eventType),
    ),
  );
  return described;
}

function describe(type: EventTypeName, group: EventGroup, eventType: EventType): EventTypeDescription {
  const scope = scopeOf(type);
  return {
    type,
    group,
    description: eventType.description,
    ...scope,
    emitted: runtimesEmitting(type).length > 0,
    runtimes: runtimesEmitting(type),
    aliases: Object.keys(typeAliases).filter((alias) => typeAliases[alias] === type),
    schema: jsonSchema(eventType.data),
    example: { ...linkFields(scope), ...eventType.example },
  };
}

/** The `data` as JSON Schema, without the bounds of safe integers, which mean nothing to a reader. */
function jsonSchema(data: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(data, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
}

function linkFields({ scope }: EventScope): Record<string, unknown> {
  return {
    event_id: "7d0d3a4e-5c5b-5e0f-9a3c-1f2e4d6c8b0a",
    emission_sequence: scope === "end" ? 8 : 7,
    parent_event_id: "1c9a7e52-3b7d-5f4a-8e61-0d2f4b6a8c9e",
    previous_event_id: "2d8b6f41-4a6c-5e39-9f50-1e3d5c7b9a8f",
    ...(scope === "end" ? { started_event_id: "2d8b6f41-4a6c-5e39-9f50-1e3d5c7b9a8f" } : {}),
  };
}
