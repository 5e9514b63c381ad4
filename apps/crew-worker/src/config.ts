import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the crew worker reads of the environment. */
export const crewWorkerSchema = variables.pick(processVariables["crew-worker"]);
export type CrewWorkerConfig = z.output<typeof crewWorkerSchema>;
