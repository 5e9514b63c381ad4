import { z } from "zod";
import { memoryRecordSchema } from "../memory.ts";
import { pageOf, pageQuerySchema } from "./page.ts";

const scope = z.string().max(1000).optional().describe("Only memories at this path or below it");

export const memoriesQuerySchema = pageQuerySchema.extend({ scope });
export const memoriesPageSchema = pageOf(memoryRecordSchema);

export const forgetQuerySchema = z.object({ scope });
export const forgottenSchema = z.object({ forgotten: z.number().int() });
