/**
 * The command that sends the same kickoff. The token is a shell variable: the page does not have it. Everything else is
 * in single quotes, so no shell expands it.
 */
export function curlCommand(url: string, body: unknown): string {
  return [
    `curl -sS ${quote(url)}`,
    `-H "Authorization: Bearer $CREWSTREAM_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quote(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
