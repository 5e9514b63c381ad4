import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** The environment variables of the API. */
export const apiConfigSchema = variables.pick(processVariables.api);

export type ApiConfig = z.output<typeof apiConfigSchema>;
