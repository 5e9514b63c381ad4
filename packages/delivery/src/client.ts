import http from "node:http";
import https from "node:https";
import got, { type Got } from "got";
import { guardedLookup, type AddressPolicy } from "@crewstream/service";

/**
 * The one HTTP client of deliveries. Redirects are not followed, nothing is retried or decompressed here, and every
 * name goes through the guarded resolver. Connections are kept: without that each request pays a handshake.
 */
export function createClient(options: {
  policy: AddressPolicy;
  timeoutMs: number;
  concurrency: number;
}): Got & Disposable {
  const agentOptions = {
    keepAlive: true,
    maxSockets: options.concurrency,
    maxFreeSockets: options.concurrency,
    scheduling: "lifo",
  } as const;
  const agents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) };
  const client = got.extend({
    agent: agents,
    dnsLookup: guardedLookup(options.policy),
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    decompress: false,
    timeout: { connect: Math.min(options.timeoutMs, 5000), request: options.timeoutMs },
  });
  return Object.assign(client, {
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  });
}
