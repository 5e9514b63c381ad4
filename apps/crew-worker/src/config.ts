import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** The environment variables of the crew worker. */
export const crewWorkerSchema = variables.pick(processVariables["crew-worker"]);
export type CrewWorkerConfig = z.output<typeof crewWorkerSchema>;
