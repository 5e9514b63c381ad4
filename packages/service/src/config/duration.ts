import { z } from "zod";

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `200ms`, `5s`, `2m`, `10h` in milliseconds; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2] as keyof typeof unitMs;
  return Number(match[1]) * unitMs[unit];
}

/** A comma-separated retry schedule (`5s,30s,2m`) as milliseconds: 1 to 20 delays of at most 24 hours each. */
export const retryScheduleSchema = z.string().transform((text, context) => {
  const delays: number[] = [];
  for (const item of text.split(",")) {
    const delay = parseDuration(item);
    if (delay === undefined || delay < 1 || delay > 24 * unitMs.h) {
      context.addIssue({
        code: "custom",
        message: `"${item.trim()}" is not a delay such as 200ms, 5s, 2m or 10h (at most 24h)`,
      });
      return z.NEVER;
    }
    delays.push(delay);
  }
  if (delays.length > 20) context.addIssue({ code: "custom", message: "at most 20 delays" });
  return delays;
});
