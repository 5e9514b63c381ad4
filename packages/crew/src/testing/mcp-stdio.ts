import { createInterface } from "node:readline";
import { answerJsonRpc } from "./mcp-answers.ts";

// A program that speaks MCP on its standard input and output. With the argument "crashing" a tool call crashes it.
const crashing = process.argv.includes("crashing");
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { id?: number; method: string };
  if (crashing && message.method === "tools/call") process.kill(process.pid, "SIGKILL");
  const answer = answerJsonRpc(message);
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
