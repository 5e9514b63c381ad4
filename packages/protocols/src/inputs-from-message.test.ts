import { describe, expect, test } from "vitest";
import { inputsOfMessage } from "./inputs-from-message.ts";

const team = { inputs: ["people", "quarter"], required: ["people", "quarter"] };

describe("what a message stands for", () => {
  test.each([
    ["data", { inputs: ["a"], required: [] }, { data: { a: 1, other: 2 }, text: "x" }, { a: 1, other: 2 }],
    [
      "a JSON object of declared inputs",
      team,
      { text: '{"people":["Ada"],"quarter":"Q1"}' },
      { people: ["Ada"], quarter: "Q1" },
    ],
    ["the marked input", { ...team, chatInput: "quarter" }, { text: "Q2" }, { quarter: "Q2" }],
    ["a usual name", { inputs: ["audience", "topic"], required: ["audience"] }, { text: "geese" }, { topic: "geese" }],
    ["the only required one", { inputs: ["log", "version"], required: ["log"] }, { text: "x" }, { log: "x" }],
    ["the only one", { inputs: ["log"], required: [] }, { text: "x" }, { log: "x" }],
    ["nothing", { inputs: [], required: [] }, { text: "run" }, {}],
    [
      "JSON that names no input is text",
      { inputs: ["topic"], required: [] },
      { text: '{"x":1}' },
      { topic: '{"x":1}' },
    ],
  ])("%s", (_, declared, message, inputs) => {
    expect(inputsOfMessage(declared, message)).toEqual({ inputs });
  });

  test("an automation that declares it gets the conversation", () => {
    const conversation = [{ role: "user", content: "hi" }];
    const declared = { inputs: ["messages", "topic"], required: ["messages"] };
    expect(inputsOfMessage(declared, { text: "hi", conversation })).toEqual({
      inputs: { messages: conversation, topic: "hi" },
    });
  });

  test.each([[{ text: "go" }], [{ text: "" }], [{ text: "{broken" }], [{}]])("is not guessed: %j", (message) => {
    const answer = inputsOfMessage(team, message);
    expect(answer).toMatchObject({ problem: expect.stringContaining("people (required), quarter (required)") });
  });
});
