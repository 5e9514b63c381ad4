import http from "node:http";
import got, { type Got } from "got";

/** got as a careful user configures it, and as the delivery worker does: keep-alive, no redirects, no retries. */
export function plainClient(concurrency: number): Got {
  return got.extend({
    agent: {
      http: new http.Agent({
        keepAlive: true,
        maxSockets: concurrency,
        maxFreeSockets: concurrency,
        scheduling: "lifo",
      }),
    },
    followRedirect: false,
    retry: { limit: 0 },
    decompress: false,
    timeout: { request: 5000 },
    headers: { "content-type": "application/json" },
  });
}
