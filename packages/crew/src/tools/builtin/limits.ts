import { AppError, ErrorCode } from "@crewstream/contracts";

/** Maximum length of a result for a model: more would fill its window and every event that repeats it. */
const maxCharacters = 20_000;

/** A result for a model, truncated with a note that says how to get the rest. */
export function capped(text: string, how: string): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\n… cut after ${maxCharacters} of ${text.length} characters. ${how}`;
}

export function refused(message: string): AppError {
  return new AppError(message, { code: ErrorCode.invalidInput });
}
