/** Given along when a guardrail has refused the work. */
export function retryContext(feedback: string, previous: string): string {
  return `Your previous attempt was not accepted: ${feedback}\n\nThis was the previous result:\n${previous}\n\nDo it again and correct that.`;
}
