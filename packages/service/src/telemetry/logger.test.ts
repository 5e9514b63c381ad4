import { expect, it } from "vitest";
import { createLogger } from "./logger.ts";

/** The lines that a logger writes meanwhile, parsed. */
function linesOf(write: (log: ReturnType<typeof createLogger>) => void): unknown[] {
  const written: string[] = [];
  write(createLogger({ name: "test", level: "info", to: { write: (line) => void written.push(line) } }));
  return written.map((line): unknown => JSON.parse(line));
}

it("writes no secret: not in a line, nor in an error's fields, nor in what a child is bound to", () => {
  const error = Object.assign(new Error("refused"), { authorization: "Bearer hush", request: { token: "hush" } });
  const lines = linesOf((log) => {
    log.info({ secret: "hush", nested: { password: "hush" } }, "line");
    log.error({ err: error }, "failed");
    log.child({ signingSecret: "hush", id: "x" }).info({}, "child");
  });
  expect(JSON.stringify(lines)).not.toContain("hush");
  expect(lines).toMatchObject([
    { msg: "line", nested: { password: "[secret]" } },
    { msg: "failed", err: { type: "Error", message: "refused", stack: expect.stringContaining("refused") as string } },
    { msg: "child", id: "x", name: "test" },
  ]);
});
