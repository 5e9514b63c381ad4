import {
  forgetQuerySchema,
  forgottenSchema,
  memoriesPageSchema,
  memoriesQuerySchema,
  type MemoryRecord,
} from "@crewstream/contracts";
import { forgetMemories, forgetMemory, listMemories } from "@crewstream/redis";
import { decodeCursor, encodeCursor, positionSchema, type Position } from "../lists/cursor.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { textParam } from "./params.ts";

const tag = "Memory";

const list: Operation = {
  method: "get",
  path: "/automations/:automation/memory",
  tag,
  summary: "Lists an automation's memories, newest first",
  scopes: ["read"],
  query: memoriesQuerySchema,
  answers: { 200: { description: "A page", schema: memoriesPageSchema } },
  handle:
    ({ store }) =>
    async (request, response) => {
      const { limit, cursor, scope } = parseInput(memoriesQuerySchema, request.query);
      const records = await listMemories(store, textParam(request, "automation"), scope);
      const before = decodeCursor(positionSchema, cursor);
      const rest = before === undefined ? records : records.filter((record) => comesAfter(before, placeOf(record)));
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      const isLast = rest.length <= limit || last === undefined;
      response.json({ items, next_cursor: isLast ? null : encodeCursor(placeOf(last)) });
    },
};

const forgetAll: Operation = {
  method: "delete",
  path: "/automations/:automation/memory",
  tag,
  summary: "Deletes an automation's memories, all or some",
  description: "Runs in progress keep what they have already read.",
  scopes: ["admin"],
  query: forgetQuerySchema,
  answers: { 200: { description: "Number of deleted memories", schema: forgottenSchema } },
  handle:
    ({ store }) =>
    async (request, response) => {
      const { scope } = parseInput(forgetQuerySchema, request.query);
      response.json({ forgotten: await forgetMemories(store, textParam(request, "automation"), scope) });
    },
};

const forgetOne: Operation = {
  method: "delete",
  path: "/automations/:automation/memory/:id",
  tag,
  summary: "Deletes one memory",
  scopes: ["admin"],
  answers: { 200: { description: "1, or 0 if it did not exist", schema: forgottenSchema } },
  handle:
    ({ store }) =>
    async (request, response) => {
      const gone = await forgetMemory(store, textParam(request, "automation"), textParam(request, "id"));
      response.json({ forgotten: gone ? 1 : 0 });
    },
};

function placeOf({ id, created_at }: MemoryRecord): Position {
  return { id, at: Date.parse(created_at) };
}

function comesAfter(before: Position, place: Position): boolean {
  return place.at < before.at || (place.at === before.at && place.id > before.id);
}

/** Memories of automations under `/api/v1`. */
export const memoryOperations: readonly Operation[] = [list, forgetAll, forgetOne];
