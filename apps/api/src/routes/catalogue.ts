import {
  automationsPageSchema,
  automationStatsQuerySchema,
  automationStatsSchema,
  describeEventTypes,
  eventTypesPageSchema,
} from "@crewstream/contracts";
import { automationStats } from "../lists/automation-runs.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { textParam } from "./params.ts";

const tag = "Catalogue";

/** The automations to run and the events to subscribe to. */
export const catalogueOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/automations",
    tag,
    summary: "Lists the automations that live crew workers have found, and whether each can be kicked off",
    scopes: ["kickoff", "read"],
    keepsToOwn: true,
    answers: { 200: { description: "All of them", schema: automationsPageSchema } },
    handle: (context) => async (_request, response) => {
      response.json({ items: await context.automations.listAll(), next_cursor: null });
    },
  },
  {
    method: "get",
    path: "/automations/:name/stats",
    tag,
    summary: "Shows how an automation's runs ended and how long they took",
    description: "Of the newest 1,000 runs in the range. An unknown automation has none.",
    scopes: ["read"],
    keepsToOwn: true,
    query: automationStatsQuerySchema,
    answers: { 200: { description: "The numbers", schema: automationStatsSchema } },
    handle: (context) => async (request, response) => {
      const { range } = parseInput(automationStatsQuerySchema, request.query);
      const options = { name: textParam(request, "name"), range, now: Date.now() };
      response.json(await automationStats(context.store, identityOf(request), options));
    },
  },
  {
    method: "get",
    path: "/event-types",
    tag,
    summary: "Lists every type of event with the JSON Schema of its data and an example",
    scopes: ["kickoff", "read"],
    keepsToOwn: true,
    answers: { 200: { description: "All of them", schema: eventTypesPageSchema } },
    handle: () => (_request, response) => {
      response.json({ items: describeEventTypes(), next_cursor: null });
    },
  },
];
