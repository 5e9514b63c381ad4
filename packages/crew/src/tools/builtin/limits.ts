import { readFile, stat } from "node:fs/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";

/** Maximum length of a result for a model: more would fill its window and every event that repeats it. */
const maxCharacters = 20_000;

/** Files above this size are not read. */
const maxFileBytes = 10 * 1024 * 1024;

/** A result for a model, truncated with a note that says how to get the rest. */
export function capped(text: string, how: string): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\n… cut after ${maxCharacters} of ${text.length} characters. ${how}`;
}

/** Reads a file's text. Throws with a message for the model if it does not exist or is too big. */
export async function readText(path: string, shown: string, signal: AbortSignal): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw refused(`There is no file "${shown}"`);
  if (found.size > maxFileBytes) throw refused(`"${shown}" has ${found.size} bytes; at most ${maxFileBytes} are read`);
  return readFile(path, { encoding: "utf8", signal });
}

export function refused(message: string): AppError {
  return new AppError(message, { code: ErrorCode.invalidInput });
}
