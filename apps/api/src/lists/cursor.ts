import { AppError, ErrorCode, parseJson } from "@crewstream/contracts";
import { z } from "zod";

/** A position in a sorted list. */
export const positionSchema = z.object({ id: z.string(), at: z.number() });
export type Position = z.infer<typeof positionSchema>;

/** A position in a list for clients: opaque text. */
export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** The inverse of {@link encodeCursor}. @throws AppError `invalid_input` for text that this list did not return */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.output<Schema> | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (parsed.success) return parsed.data;
  throw new AppError("cursor: must be a next_cursor that this list returned, or be omitted for the first page", {
    code: ErrorCode.invalidInput,
    details: { path: "cursor" },
  });
}
