import { describe, expect, test } from "vitest";
import { testContext } from "../../testing/index.ts";
import type { ToolContext } from "../tool.ts";
import { askApi } from "./ask-api.ts";

const question = { service: "Search", url: "https://search.example.com/v1", keyName: "SEARCH_KEY" };

/** Calls an API that responds with these chunks, and returns whether all of them were read. */
async function ask(chunks: Iterable<Uint8Array>): Promise<{ answer: unknown; canceled: boolean }> {
  let canceled = false;
  const left = chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { value, done } = left.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void (canceled = true),
  });
  const fetch = () => Promise.resolve(new Response(body));
  const context = { ...testContext(), fetch, env: { SEARCH_KEY: "key" } } as unknown as ToolContext;
  const answer = await askApi(question, context).catch((error: unknown) => error);
  return { answer, canceled };
}

describe("an API's response", () => {
  test("is parsed as JSON, however its characters are split into chunks", async () => {
    const bytes = Buffer.from('{"title":"Gänse"}');
    expect(await ask(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual({
      answer: { title: "Gänse" },
      canceled: false,
    });
  });

  test("is read up to a limit if it does not end", async () => {
    const endless = (function* () {
      for (;;) yield new Uint8Array(1024 * 1024);
    })();
    const { answer, canceled } = await ask(endless);
    expect(answer).toMatchObject({ message: "Search answered with more than 5242880 bytes" });
    expect(canceled).toBe(true);
  });
});
