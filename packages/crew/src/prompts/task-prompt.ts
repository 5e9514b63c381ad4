/** Separator of earlier tasks' outputs, as in CrewAI. */
export const contextDivider = "\n\n----------\n\n";

/** Heading above the context in a task's prompt. */
export const contextHeading = "This is the context you work with:";

export interface TaskQuestion {
  description: string;
  expectedOutput: string;
  context: string;
  markdown?: boolean;
  /** JSON Schema of the answer, if it must be JSON. */
  schema?: object;
}

/** A task's prompt. */
export function taskPrompt({ description, expectedOutput, context, markdown, schema }: TaskQuestion): string {
  const parts = [
    `Task: ${description}`,
    `The result must be: ${expectedOutput}\nGive the complete content as your final answer, not a summary of it.`,
  ];
  if (schema !== undefined) {
    parts.push(`Answer with JSON only, without a code fence, that fits this JSON Schema:\n${JSON.stringify(schema)}`);
  }
  if (markdown === true) parts.push("Write the answer in Markdown, without a code fence around it.");
  if (context !== "") parts.push(`${contextHeading}\n${context}`);
  return parts.join("\n\n");
}
