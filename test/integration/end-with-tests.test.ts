import { identifyProcess } from "@crewstream/cli";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { ScriptProcess } from "../support/script-process.ts";

test("processes that a test run has started end with it, even if it is killed", async () => {
  await using run = await ScriptProcess.launch(["test/fixtures/processes/leave-behind.ts"], {});
  const { pid } = await run.logged(({ msg }) => msg === "started");
  expect(await run.exited).toEqual({ code: null, signal: "SIGKILL" });
  await eventually(() => expect(identifyProcess(Number(pid))).toBeUndefined());
});
