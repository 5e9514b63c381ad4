/** Sent when a guardrail has rejected the work. */
export function retryContext(feedback: string, previous: string): string {
  return `Your previous attempt was not accepted: ${feedback}\n\nThis was the previous result:\n${previous}\n\nDo it again and correct that.`;
}
