import { createInterface } from "node:readline";
import { answerJsonRpc } from "./mcp-answers.ts";

// A program that speaks MCP on its standard input and output. With the argument "mortal" a call of a tool kills it.
const mortal = process.argv.includes("mortal");
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { id?: number; method: string };
  if (mortal && message.method === "tools/call") process.kill(process.pid, "SIGKILL");
  const answer = answerJsonRpc(message);
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
