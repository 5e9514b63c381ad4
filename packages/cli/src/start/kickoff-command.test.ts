import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { kickoffCommand } from "./kickoff-command.ts";

test("a shell passes every argument on as it was meant, quotes and dollars included", () => {
  const command = kickoffCommand({
    url: "http://127.0.0.1:3000",
    token: "cs_a'b$HOME`id`!",
    automation: { name: "release_notes", kind: "flow", inputs: ["git_log", "it's", "tries"], required: ["it's"] },
  });
  // printf stands for curl: it prints each argument that the shell hands over on a line of its own.
  const printed = execFileSync("sh", ["-c", command.replace("curl -sS", "printf '%s\\n'")], { encoding: "utf8" });
  const [url, , authorization, , , , body] = printed.split("\n");

  expect(url).toBe("http://127.0.0.1:3000/automations/release_notes/kickoff");
  expect(authorization).toBe("Authorization: Bearer cs_a'b$HOME`id`!");
  expect(JSON.parse(body ?? "")).toEqual({
    inputs: { git_log: expect.stringContaining("feat: stream") as string, "it's": "it's" },
    webhooks: { url: "http://127.0.0.1:3000/inspector/demo", events: ["*"], realtime: false },
  });
});
