import { expect, test } from "vitest";
import { readOutcome } from "./human-outcome.ts";

const publish = { emit: ["publish", "discard"], defaultOutcome: null };
const mapped = { ...publish, approveOutcome: "publish", rejectOutcome: "discard" };
const plain = { emit: ["approved", "rejected", "revise"], defaultOutcome: null };

test.each<[string, Parameters<typeof readOutcome>[0], Partial<Parameters<typeof readOutcome>[1]>, string]>([
  ["a rejection of outcomes that do not say so", publish, { approved: false }, "refused"],
  ["an approval of them", publish, { approved: true }, "refused"],
  ["an approval with free text", publish, { approved: true, feedback: "looks fine to me" }, "refused"],
  ["an approval whose text names an outcome", publish, { approved: true, feedback: "Publish!" }, "publish"],
  ["a flag that the flow maps", mapped, { approved: false }, "discard"],
  ["a flag that the flow maps, with a reason", mapped, { approved: false, feedback: "publish later" }, "discard"],
  ["a flag that outcomes say by themselves", plain, { approved: true, feedback: "good" }, "approved"],
  ["the other flag", plain, { approved: false, feedback: "" }, "rejected"],
  ["yes and no", { emit: ["yes", "no"], defaultOutcome: null }, { approved: false }, "no"],
  ["approve and reject", { emit: ["approve", "reject"], defaultOutcome: null }, { approved: true }, "approve"],
  ["two outcomes that both approve", { emit: ["yes", "ok"], defaultOutcome: null }, { approved: true }, "refused"],
  ["an outcome", publish, { outcome: "discard", feedback: "because" }, "discard"],
  ["an outcome that there is not", publish, { outcome: "burn" }, "refused"],
  ["nothing", publish, {}, "refused"],
  ["nothing, with a default", { ...publish, defaultOutcome: "discard" }, {}, "discard"],
  ["a word", publish, { feedback: " discard. " }, "discard"],
  ["a flag beside another outcome", mapped, { approved: false, outcome: "publish" }, "refused"],
  ["a flag beside its outcome", mapped, { approved: false, outcome: "discard" }, "discard"],
  ["a flag beside another outcome's name", plain, { approved: false, feedback: "Approved." }, "refused"],
  ["free text", publish, { feedback: "I would not" }, "unclear"],
])("%s", (_, request, answer, expected) => {
  const reading = readOutcome(request, { feedback: "", approved: null, ...answer });
  expect(reading.kind === "outcome" ? reading.outcome : reading.kind).toBe(expected);
});

test("a refusal names the outcomes", () => {
  const reading = readOutcome(publish, { feedback: "", approved: false });
  expect(reading).toMatchObject({ kind: "refused", reason: expect.stringContaining('"publish", "discard"') as string });
});
