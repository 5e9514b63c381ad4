import { AppError, ErrorCode } from "@crewstream/contracts";

const placeholder = /\{([A-Za-z_][A-Za-z0-9_-]*)\}/g;

/** Names of the `{placeholders}` in a text, in order and without duplicates. All other braces are plain text. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[1] as string))];
}

/** Fills the placeholders of a text. Throws `missing_inputs` for one that is missing from the inputs. */
export function interpolate(text: string, inputs: Readonly<Record<string, unknown>>): string {
  return text.replace(placeholder, (_, name: string) => {
    if (!Object.hasOwn(inputs, name)) {
      throw new AppError(`The input "${name}" is missing: the text "${text.slice(0, 80)}" needs it`, {
        code: ErrorCode.missingInputs,
        details: { missing: [name] },
      });
    }
    const value = inputs[name];
    return typeof value === "string" ? value : JSON.stringify(value ?? null);
  });
}
