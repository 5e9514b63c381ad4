import { afterEach, expect, test, vi } from "vitest";
import { fetchWith } from "./request-fields.ts";

afterEach(() => void vi.unstubAllGlobals());

async function sent(body: unknown, fields: Record<string, unknown>): Promise<unknown> {
  const fetch = vi.fn(() => Promise.resolve(new Response()));
  vi.stubGlobal("fetch", fetch);
  await fetchWith(fields)("http://127.0.0.1/", { method: "POST", body: body as string });
  const [, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  return init.body;
}

test("fields override those of a request, objects are merged, lists and values replaced", async () => {
  const body = { model: "m", options: { a: 1, b: { c: 2 } }, list: [1, 2], text: "x" };
  const fields = { options: { b: { d: 3 } }, list: [9], text: { now: "object" }, more: null };
  expect(JSON.parse((await sent(JSON.stringify(body), fields)) as string)).toEqual({
    model: "m",
    options: { a: 1, b: { c: 2, d: 3 } },
    list: [9],
    text: { now: "object" },
    more: null,
  });
});

test("a body that is not text is unchanged", async () => {
  const body = new Uint8Array([1]);
  expect(await sent(body, { a: 1 })).toBe(body);
});
