import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

async function read(chunks: readonly Buffer[], maxBytes?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of linesOf(Readable.from(chunks), maxBytes)) lines.push(...batch);
  return lines;
}

test("lines end at the byte \\n alone, wherever the chunks are split", async () => {
  const text = 'é one\u2028still one\r\n{"two":"\u{1F986}"}\n\nlast';
  const bytes = Buffer.from(text);
  const expected = ["é one\u2028still one\r", '{"two":"\u{1F986}"}', ""];
  expect(await read([bytes])).toEqual(expected);
  expect(await read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
});

test("an endless line is not buffered without limit", async () => {
  await expect(
    read(
      Array.from({ length: 20 }, () => Buffer.alloc(100, "x")),
      1000,
    ),
  ).rejects.toThrow("more than 1000");
  expect(await read([Buffer.from("x".repeat(900) + "\n"), Buffer.from("y".repeat(900) + "\n")], 1000)).toHaveLength(2);
});

test("nothing is read ahead while a batch is processed", async () => {
  let given = 0;
  const source = Readable.from(
    (function* () {
      for (; given < 1000; given += 1) yield Buffer.from(`${"x".repeat(10_000)}\n`);
    })(),
    { objectMode: false, highWaterMark: 16_384 },
  );
  for await (const _ of linesOf(source)) {
    // A moment in which a reader that does not wait would read all of it.
    await new Promise(setImmediate);
    expect(given).toBeLessThan(20);
    break;
  }
});
