import type { ToolContext } from "../tool.ts";
import { refused } from "./limits.ts";

/**
 * Responses of search APIs have some 100 KB; a longer one is an error or an attack, and would fill the worker's memory.
 */
const maxAnswerBytes = 5 * 1024 * 1024;

export interface ApiQuestion {
  /** The API's name, for error messages. */
  service: string;
  url: string;
  /** Posted as JSON; without it the request is a GET. */
  body?: object;
  /** The environment variable that holds the key. */
  keyName: string;
  /** The header for the key; default `authorization`, as a bearer token. */
  keyHeader?: string;
}

/** Calls an API that takes a key, and returns its JSON. Rejects with a sentence for the model if there is none. */
export async function askApi(question: ApiQuestion, { fetch, env, signal }: ToolContext): Promise<unknown> {
  const { service, url, body, keyName, keyHeader } = question;
  const key = env[keyName];
  if (key === undefined || key === "") {
    throw refused(`${service} needs its key in the environment variable ${keyName}`);
  }
  const credentials = keyHeader === undefined ? { authorization: `Bearer ${key}` } : { [keyHeader]: key };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const headers = { accept: "application/json", ...type, ...credentials };
  const response = await fetch(url, { ...sent, headers, signal });
  if (response.ok) return JSON.parse(await readAnswer(response, service));
  await response.body?.cancel();
  const hint = response.status === 401 || response.status === 403 ? `: is ${keyName} right?` : "";
  throw refused(`${service} answered with HTTP ${response.status}${hint}`);
}

async function readAnswer(response: Response, service: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > maxAnswerBytes) throw refused(`${service} answered with more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
