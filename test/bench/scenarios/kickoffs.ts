import type { Bench } from "../harness/bench.ts";
import { Child } from "../harness/child.ts";
import { median } from "../harness/measurement.ts";
import { cpuSeconds } from "../harness/process-meter.ts";
import { benchToken, startService } from "../harness/services.ts";
import type { bareKickoffHandlers } from "../processes/bare-kickoff.ts";
import type { kickoffHandlers, KickoffResult } from "../processes/kickoff-load.ts";
import { sized } from "./compare.ts";
import type { Figure, Scenario } from "./scenario.ts";

/** A separate deployment, as nobody runs what is kicked off here. */
const prefix = "kickoffs";
const concurrency = 32;

/** `POST /kickoff` against the bare route, in turns. */
export const kickoffs: Scenario = {
  name: "kickoffs",
  about: "Kickoffs per second, against a bare Express route that adds one BullMQ job",
  async run({ bench, size, repetitions, say }) {
    await using api = await startService("api", { ...bench.env, KEY_PREFIX: prefix });
    await using bare = new Child<typeof bareKickoffHandlers>("bare-kickoff", bench.env);
    await using load = new Child<typeof kickoffHandlers>("kickoff-load", {});
    await bench.publisher.call("announce", { prefix, automation: "bench" });
    const [hook = ""] = await bench.urls(1);
    const plain = { inputs: { topic: "speed" } };
    const withWebhook = { ...plain, webhooks: { url: hook, events: ["*"], realtime: false } };
    const bareUrl = await bare.call("url", {});

    const seconds = sized(size, { quick: 2, normal: 4, full: 8 });
    const kick = (url: string, pid: number, body: unknown, forSeconds = seconds): Promise<Kicked> =>
      measureKickoffs(bench, load, { url, pid, body, seconds: forSeconds });
    await kick(api.url, api.pid, withWebhook, 1);
    await kick(bareUrl, bare.pid, plain, 1);

    const rounds: { bare: Kicked; plain: Kicked; webhook: Kicked }[] = [];
    for (let round = 0; round < Math.max(2, repetitions); round += 1) {
      say(`round ${round + 1}`);
      rounds.push({
        bare: await kick(bareUrl, bare.pid, plain),
        plain: await kick(api.url, api.pid, plain),
        webhook: await kick(api.url, api.pid, withWebhook),
      });
    }
    const of = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
    const figures = (["bare", "plain", "webhook"] as const).flatMap((kind): Figure[] => [
      { name: label[kind], value: of((round) => round[kind].perSecond), unit: "kickoffs/s" },
      { name: `${label[kind]}, p50`, value: of((round) => round[kind].p50), unit: "ms" },
      { name: `${label[kind]}, p99`, value: of((round) => round[kind].p99), unit: "ms" },
      { name: `${label[kind]}, CPU of the server`, value: of((round) => round[kind].cpu), unit: "s per 1,000" },
      { name: `${label[kind]}, CPU of Redis`, value: of((round) => round[kind].redisCpu), unit: "s per 1,000" },
      { name: `${label[kind]}, failed`, value: of((round) => round[kind].failed), unit: "" },
    ]);
    const ratio = (kind: "plain" | "webhook"): number => of((round) => round[kind].perSecond / round.bare.perSecond);
    return {
      rows: [],
      figures: [...figures, { name: "with a webhook, by the bare route", value: ratio("webhook"), unit: "×" }],
      targets: [{ name: "kickoffs/s by the bare route's", value: ratio("plain"), limit: 0.7 }],
    };
  },
};

const label = { bare: "bare route", plain: "kickoff", webhook: "kickoff with a webhook" } as const;

type Kicked = KickoffResult & { perSecond: number; cpu: number; redisCpu: number };

async function measureKickoffs(
  bench: Bench,
  load: Child<typeof kickoffHandlers>,
  { url, pid, body, seconds }: { url: string; pid: number; body: unknown; seconds: number },
): Promise<Kicked> {
  const before = { server: cpuSeconds(pid), redis: cpuSeconds(bench.redis.pid) };
  const result = await load.call("load", { url, token: benchToken, body, concurrency, seconds });
  const thousands = Math.max(1, result.answered) / 1000;
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    cpu: (cpuSeconds(pid) - before.server) / thousands,
    redisCpu: (cpuSeconds(bench.redis.pid) - before.redis) / thousands,
  };
}
