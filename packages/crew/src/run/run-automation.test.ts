import { AppError, ErrorCode } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineCrew } from "../crew/define-crew.ts";
import { eventProblems, scriptedModel, testContext } from "../testing/index.ts";
import { defineTool } from "../tools/tool.ts";

/** A crew whose tool reports when it runs and then never returns, whatever its signal. */
function hangingCrew() {
  const running = Promise.withResolvers<AbortSignal>();
  const hang = defineTool({
    name: "hang",
    description: "Hangs",
    input: z.object({}),
    run: (_, { signal, emit }) => {
      running.resolve(signal);
      signal.addEventListener("abort", () => queueMicrotask(() => emit("said_too_late")));
      return new Promise(() => undefined);
    },
  });
  const model = scriptedModel([{ tools: [{ name: "hang", args: {} }] }]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, tools: [hang] } },
    tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
  });
  return { crew, running: running.promise };
}

async function abortWith(reason: unknown) {
  const { crew, running } = hangingCrew();
  const controller = new AbortController();
  const context = testContext({ signal: controller.signal });
  const outcome = crew.run(context).catch((error: unknown) => ({ rejected: error }));
  const signal = await running;
  controller.abort(reason);
  expect(signal.aborted).toBe(true);
  return { outcome: await outcome, context };
}

describe("a run that is cancelled", () => {
  test("by a person is REVOKED, with everything closed and a tool's late result dropped", async () => {
    const { outcome, context } = await abortWith(new AppError("Cancelled by ops", { code: ErrorCode.cancelled }));
    expect(outcome).toMatchObject({ state: "REVOKED", error: "Cancelled by ops", usage: { successful_requests: 1 } });
    expect(eventProblems(context.sink.events)).toEqual([]);
    expect(context.sink.types().slice(-5)).toEqual([
      "tool_usage_error",
      "crew_step_completed",
      "agent_execution_error",
      "task_failed",
      "crew_kickoff_failed",
    ]);
  });

  test("by a limit is FAILED with the limit's message", async () => {
    const { outcome } = await abortWith(new AppError("The run took longer than 60 s", { code: ErrorCode.runFailed }));
    expect(outcome).toMatchObject({ state: "FAILED", error: "The run took longer than 60 s" });
  });

  test.each([ErrorCode.shutdown, ErrorCode.leaseLost])(
    "by %s emits nothing more and rejects: it continues elsewhere",
    async (code) => {
      const reason = new AppError("elsewhere", { code });
      const { outcome, context } = await abortWith(reason);
      expect(outcome).toEqual({ rejected: reason });
      expect(context.sink.types().at(-1)).toBe("tool_usage_started");
    },
  );
});

test("a store that rejects a write stops the run with its error", async () => {
  const gone = new AppError("Redis is down", { code: ErrorCode.storeUnavailable, retryable: true });
  const { crew } = hangingCrew();
  const context = testContext({ journal: { read: () => undefined, write: () => Promise.reject(gone) } });
  await expect(crew.run(context)).rejects.toBe(gone);
  expect(context.sink.types().at(-1)).toBe("llm_call_completed");
});
