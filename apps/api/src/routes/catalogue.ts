import { automationsPageSchema, describeEventTypes, eventTypesPageSchema } from "@crewstream/contracts";
import type { Operation } from "../operations/operation.ts";

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
