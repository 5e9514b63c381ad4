import { z } from "zod";
import { timeSchema } from "./page.ts";

/** How far back statistics go, and the length of their steps, ms. */
export const statsRanges = {
  "15m": { ms: 900_000, stepMs: 60_000 },
  "1h": { ms: 3_600_000, stepMs: 120_000 },
  "24h": { ms: 86_400_000, stepMs: 3_600_000 },
  "7d": { ms: 604_800_000, stepMs: 21_600_000 },
} as const;
export type StatsRange = keyof typeof statsRanges;

/** The query of `GET /automations/:name/stats`. */
export const automationStatsQuerySchema = z.object({
  range: z
    .enum(Object.keys(statsRanges) as [StatsRange, ...StatsRange[]], "one of 15m, 1h, 24h, 7d")
    .default("24h")
    .describe("How far back"),
});

/** The response to `GET /automations/:name/stats`. */
export const automationStatsSchema = z.object({
  automation: z.string(),
  since: timeSchema,
  runs: z.number().int().describe("Created since then"),
  is_partial: z.boolean().describe("Only the newest 1,000 runs were read"),
  succeeded: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  live: z.number().int().describe("Not ended yet"),
  success_rate: z.number().nullable().describe("Share of those that succeeded or failed; null without any"),
  p50_ms: z.number().nullable().describe("Median duration of the runs that succeeded or failed"),
  p95_ms: z.number().nullable(),
  steps: z
    .array(z.object({ at: timeSchema, succeeded: z.number().int(), failed: z.number().int() }))
    .describe("The range in equal steps by the runs' creation, oldest first"),
});
export type AutomationStats = z.infer<typeof automationStatsSchema>;
