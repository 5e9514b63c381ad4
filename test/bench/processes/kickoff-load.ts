import http from "node:http";
import { serveParent } from "../harness/messages.ts";

const agent = new http.Agent({ keepAlive: true, maxSockets: 1000 });

/** Results of some seconds of kickoffs. */
export interface KickoffResult {
  answered: number;
  failed: number;
  seconds: number;
  p50: number;
  p99: number;
}

/** The benchmark's requests to the kickoff client. */
export const kickoffHandlers = {
  /** Keeps `concurrency` kickoffs in flight for the given number of seconds. */
  async load(order: {
    url: string;
    token: string;
    body: unknown;
    concurrency: number;
    seconds: number;
  }): Promise<KickoffResult> {
    const { url, token, concurrency, seconds } = order;
    const body = JSON.stringify(order.body);
    const headers = {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      authorization: `Bearer ${token}`,
    };
    const latencies: number[] = [];
    let failed = 0;
    const startedAt = performance.now();
    const loop = async (): Promise<void> => {
      while (performance.now() - startedAt < seconds * 1000) {
        const begun = performance.now();
        if ((await post(`${url}/kickoff`, headers, body)) === 200) latencies.push(performance.now() - begun);
        else failed += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    const took = (performance.now() - startedAt) / 1000;
    return { answered: sorted.length, failed, seconds: took, p50: at(0.5), p99: at(0.99) };
  },
};

function post(url: string, headers: http.OutgoingHttpHeaders, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
    request.end(body);
  });
}

serveParent(kickoffHandlers);
