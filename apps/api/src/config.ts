import { processVariables, variables } from "@crewstream/service";
import type { z } from "zod";

/** What the API reads of the environment. */
export const apiConfigSchema = variables.pick(processVariables.api);

export type ApiConfig = z.output<typeof apiConfigSchema>;
