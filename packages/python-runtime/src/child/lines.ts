import type { Readable } from "node:stream";
import { AppError, ErrorCode } from "@crewstream/contracts";

/** The longest line that a child may send (`MAX_LINE_BYTES` in channel.py), and a little more. */
export const maxLineBytes = 32 * 1024 * 1024 + 1024;

/**
 * The lines of a stream, in batches as they arrive: while a batch is processed nothing more is read, which slows the
 * writer down. Lines end at the byte `\n` alone; `node:readline` also splits at U+2028, and has no limit.
 * @throws AppError `limit_exceeded` for a line longer than `maxBytes`
 */
export async function* linesOf(stream: Readable, maxBytes = maxLineBytes): AsyncGenerator<string[]> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      lines.push(parts.length === 1 ? chunk.toString("utf8", from, end) : Buffer.concat(parts).toString("utf8"));
      parts = [];
      held = 0;
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > maxBytes) {
      throw new AppError(`A line of the Python process has more than ${maxBytes} bytes.`, {
        code: ErrorCode.limitExceeded,
      });
    }
    if (lines.length > 0) yield lines;
  }
}
