import type { JsonSchema } from "../tools/tool.ts";

/** Sent when a guardrail has rejected the work. */
export function retryContext(feedback: string, previous: string): string {
  return `Your previous attempt was not accepted: ${feedback}\n\nThis was the previous result:\n${previous}\n\nDo it again and correct that.`;
}

/** Sent in the same conversation when an answer does not fit its schema. */
export function misfitPrompt(error: string, schema: JsonSchema): string {
  return `Your answer does not fit the JSON Schema: ${error}\n\nGive the complete answer again and correct that. Answer with JSON only, that fits this JSON Schema:\n${JSON.stringify(schema)}`;
}
