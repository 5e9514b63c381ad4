import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { eventProblems } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";

/** Ids of live processes: a zombie is not. */
async function alive(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") X");
      return [pid, stat.slice(stat.lastIndexOf(")") + 2)[0]] as const;
    }),
  );
  return states.filter(([, state]) => state !== "X" && state !== "Z").map(([pid]) => pid);
}

describe.skipIf(testPython === "")("Python projects that misbehave", () => {
  test.each([
    ["raise", { state: "FAILED", error: "this is wrong", errorType: "ValueError", errorLocation: "main.py:31" }],
    ["exit", { state: "FAILED", error: "the project called sys.exit(4)", errorType: "SystemExit" }],
  ])("%s: the run fails and says so", async (how, expected) => {
    await using execution = await PythonExecution.of("unruly");
    expect(await execution.run({ how })).toMatchObject(expected);
    expect(execution.types().filter((type) => type === "tick")).toHaveLength(1);
    expect(eventProblems(execution.events)).toEqual([]);
    // The library's own failure events have the location too.
    const told = execution.events
      .filter(({ type }) => type.endsWith("_failed"))
      .map(({ data }) => data["error_location"]);
    expect(how !== "raise" || told.every((place) => place === "main.py:31")).toBe(true);
  });

  test.each([
    ["os_exit", "ended with code 3"],
    ["segfault", "was ended by SIGSEGV"],
  ])("%s: the run is handed over, and what it emitted before is there", async (how, why) => {
    await using execution = await PythonExecution.of("unruly");
    await expect(execution.run({ how })).rejects.toMatchObject({
      code: ErrorCode.runFailed,
      retryable: true,
      message: expect.stringContaining(why) as string,
    });
    expect(execution.types().at(-1)).toBe("tick");
  });

  test.each([
    ["cancelled", ErrorCode.cancelled],
    ["lost to another worker", ErrorCode.leaseLost],
  ])("one that ignores being %s is ended with all that it has started", async (_, code) => {
    await using execution = await PythonExecution.of("unruly");
    const pids = join(execution.folder, "pids");
    const controller = new AbortController();
    const reason = new AppError("stop", { code });
    let ticks = 0;
    const run = execution.run(
      { how: "child", pids },
      {
        signal: controller.signal,
        onEvent: ({ type }) => type === "tick" && (ticks += 1) === 2 && controller.abort(reason),
      },
    );
    await expect(run).rejects.toBe(reason);
    const started = (await readFile(pids, "utf8")).split(" ").map(Number);
    expect(started).toHaveLength(2);
    await expect.poll(() => alive(started), { timeout: 20_000 }).toEqual([]);
  });

  test("one that uses more memory than allowed fails with that reason", async () => {
    await using execution = await PythonExecution.of("unruly");
    const run = execution.run({ how: "memory", megabytes: 400 }, { host: { memoryMb: 300 } });
    await expect(run).rejects.toMatchObject({
      code: ErrorCode.limitExceeded,
      message: expect.stringContaining("300 MB (RUN_MEMORY_MB)") as string,
    });
  });

  test("one that emits is ended at its next event", async () => {
    await using execution = await PythonExecution.of("unruly");
    const controller = new AbortController();
    const reason = new AppError("stop", { code: ErrorCode.cancelled });
    const run = execution.run(
      { how: "busy" },
      { signal: controller.signal, onEvent: ({ type }) => type === "tick" && controller.abort(reason) },
    );
    await expect(run).rejects.toBe(reason);
    expect(execution.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("it sees none of our variables, only those of the worker's that automations may see, and its own .env", async () => {
    await using execution = await PythonExecution.of("unruly");
    const env = {
      SERPER_API_KEY: "for tools",
      OPENAI_API_KEY: "sk-real",
      ANTHROPIC_API_KEY: "sk-ant",
      PYTHONPATH: "/elsewhere",
      NODE_OPTIONS: "--x",
      LD_PRELOAD: "",
    };
    const outcome = await execution.run({ how: "environment" }, { env });
    const seen = (outcome as { result: Record<string, string> }).result;
    expect(seen).toMatchObject({
      SERPER_API_KEY: "for tools",
      OPENAI_API_KEY: "crewstream",
      ANTHROPIC_API_KEY: "crewstream",
      CREWAI_DISABLE_TELEMETRY: "true",
      CREWAI_TRACING_ENABLED: "false",
      TERM: "dumb",
    });
    for (const name of ["PYTHONPATH", "NODE_OPTIONS", "REDIS_URL", "TEST_REDIS_URL", "npm_config_registry"])
      expect(seen).not.toHaveProperty(name);
    expect(seen["HOME"]).not.toBe(process.env["HOME"]);
  });

  test("it works in a copy of its project", async () => {
    await using execution = await PythonExecution.of("unruly");
    expect(await execution.run({ how: "files" })).toMatchObject({
      result: [".crewstream-run", "main.py", "written.txt"],
    });
    expect(await readFile(join(execution.folder, "run/written.txt"), "utf8")).toBe("here");
  });
});
