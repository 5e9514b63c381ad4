import { expect, test } from "vitest";
import { formatLine } from "./format-line.ts";
import { parseLogLine } from "./log-line.ts";
import { jsonView } from "./log-view.ts";

const plain = (_style: unknown, text: string): string => text;
const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
const format = (record: Record<string, unknown>): string =>
  formatLine(
    "api",
    0,
    parseLogLine(JSON.stringify({ time, level: 30, name: "api", pid: 1, hostname: "h", ...record })),
    plain,
  );

test("a pino line becomes time, name, level, message and its own fields", () => {
  expect(format({ msg: "api.ready", port: 3000, who: "a b", deep: { a: 1 } })).toBe(
    '03:04:05.006 api             info  api.ready  port=3000  who="a b"  deep={"a":1}',
  );
});

test("an error shows its message on the line and its stack below", () => {
  const err = { type: "Error", message: "no such key", stack: "Error: no such key\n    at a (b.ts:1:2)\n    at c" };
  expect(format({ level: 50, msg: "run.failed", err })).toBe(
    "03:04:05.006 api             error run.failed  no such key\n    at a (b.ts:1:2)\n    at c",
  );
});

test("a configuration's problems keep their lines, long values are cut", () => {
  expect(format({ msg: "m", reason: "not usable:\n  PORT: is required" })).toContain(
    "reason=\n    not usable:\n      PORT: is required",
  );
  expect(format({ msg: "m", config: { a: "x".repeat(1000) } }).length).toBeLessThan(250);
});

test("what is no JSON is shown as it is, and wrapped where every line must be JSON", () => {
  expect(formatLine("redis", 0, parseLogLine("1:M # oops"), plain, time)).toBe(
    "03:04:05.006 redis           info  1:M # oops",
  );
  const written: string[] = [];
  const view = jsonView((text) => written.push(text));
  view.line("redis", "1:M # oops");
  view.line("api", '{"level":30,"msg":"m"}');
  expect(JSON.parse(written[0] ?? "")).toMatchObject({ name: "redis", msg: "1:M # oops" });
  expect(written[1]).toBe('{"level":30,"msg":"m"}\n');
});

test("no field and no error repaints the terminal", () => {
  const nasty = "\u001B[2J\u009B2Jx\u0007";
  const line = JSON.stringify({
    time,
    level: 50,
    msg: "m",
    one: nasty,
    many: `${nasty}\n${nasty}`,
    err: { message: nasty },
  });
  expect(formatLine("api", 0, parseLogLine(line), plain, time)).not.toMatch(/[^\P{Cc}\n]/u);
});
