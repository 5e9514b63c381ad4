import { z } from "zod";
import { maybeRecord, maybeText, optionalText } from "./fields.ts";

/** What the `data` of every event may contain besides the fields of its type. Ids of events are of the same run. */
export const baseFields = {
  event_id: optionalText.describe("The event's id, as in the envelope."),
  emission_sequence: z
    .int()
    .positive()
    .describe("The event's number within its execution, from 1, without gaps: sort by it."),
  parent_event_id: maybeText.describe("The starting event of the enclosing scope; null at the top."),
  previous_event_id: maybeText.describe("The event emitted before it in the same flow of control. Advisory."),
  started_event_id: maybeText.describe("Of an ending event: the starting event it closes."),
  triggered_by_event_id: maybeText.describe("In flows: the method_execution_finished that triggered this method."),
  source_fingerprint: maybeText.describe("Fingerprint of the object that emitted it."),
  source_type: maybeText.describe("What emitted it: crew, task, agent…"),
  fingerprint_metadata: maybeRecord,
  task_id: maybeText,
  task_name: maybeText.describe("The task's name, else its description."),
  agent_id: maybeText,
  agent_role: maybeText,
};

/** The `data` of an event of any type: what a receiver can rely on before it reads the type. */
export const baseDataSchema = z.looseObject(baseFields);
