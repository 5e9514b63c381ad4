import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { newExecutionId, type ExecutionId, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import { memoryJournal, type JournalRow, type RuntimeEvent } from "@crewstream/crew";
import { recordingSink, testContext, type RecordingSink } from "@crewstream/crew/testing";
import { inject } from "vitest";
import { Launcher } from "../child/launcher.ts";
import type { PythonChild } from "../child/python-child.ts";
import { ModelGateway } from "../gateway/model-gateway.ts";
import { findTargets } from "../project/find-targets.ts";
import { pythonAutomation, type PythonHost } from "../run/python-automation.ts";

const fixtures = new URL("../../../../test/fixtures/python/", import.meta.url).pathname;

/** The interpreter with crewai; empty if Python tests are skipped. */
export const testPython = inject("pythonVenv") === "" ? "" : join(inject("pythonVenv"), "bin/python");

/** One execution of a fixture project, which may be run several times, as by several workers. */
export class PythonExecution implements AsyncDisposable {
  readonly id: ExecutionId = newExecutionId();
  readonly rows = new Map<string, JournalRow>();
  /** The contents of the stream. */
  events: RuntimeEvent[] = [];
  readonly logged: string[] = [];
  readonly printed: string[] = [];
  readonly folder: string;
  /** Which of the project's targets is run. */
  target = 0;
  readonly #project: string;
  readonly #python: string;

  private constructor({ project, python, folder }: { project: string; python: string; folder: string }) {
    this.#project = project;
    this.#python = python;
    this.folder = folder;
  }

  /** @param project the name of a fixture, or the path of a project */
  static async of(project: string, python = testPython): Promise<PythonExecution> {
    const folder = await mkdtemp(join(tmpdir(), "crewstream-python-"));
    return new PythonExecution({ project: resolve(fixtures, project), python, folder });
  }

  /** Runs or resumes it. `onEvent` gets each event that is new to the stream. */
  async run(
    inputs: Record<string, unknown> = {},
    options: {
      env?: Record<string, string>;
      signal?: AbortSignal;
      onEvent?: (event: RuntimeEvent, child: PythonChild) => void;
      host?: Partial<PythonHost>;
    } = {},
  ): Promise<RunOutcome | PausedOutcome> {
    const { targets, replays } = await findTargets(this.#python, this.#project);
    const target = targets[this.target];
    if (target === undefined) throw new Error("nothing to run");
    const launcher = sharedLauncher();
    await using gateway = await ModelGateway.start();
    let running: PythonChild | undefined;
    const sink = watched(recordingSink(this.events), (event) => {
      if (running !== undefined) options.onEvent?.(event, running);
    });
    const takes = { kind: "crew" as const, name: null, inputs: [], required: [], schema: null };
    const project = { root: this.#project, python: this.#python, target, replays, description: "", takes };
    const automation = pythonAutomation(project, {
      dataDir: join(this.folder, "data"),
      path: "/usr/bin:/bin",
      maxEventBytes: 1_048_576,
      memoryMb: 1024,
      log: () => (level, text) => void this.logged.push(`${level} ${text}`),
      printed: (child) => {
        running = child;
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text: string) => void this.printed.push(text));
        }
      },
      gateway,
      launcher,
      ...options.host,
    });
    try {
      return await automation.run(
        testContext({
          executionId: this.id,
          inputs,
          sink,
          journal: memoryJournal(this.rows),
          directory: join(this.folder, "run"),
          env: options.env ?? {},
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        }),
      );
    } finally {
      this.events = [...sink.events];
    }
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const holder = globalThis as { crewstreamTestLauncher?: Launcher };

/** One fork server for all tests of a process; it ends with it. */
function sharedLauncher(): Launcher {
  holder.crewstreamTestLauncher ??= new Launcher({
    dataDir: join(tmpdir(), "crewstream-test-launcher"),
    path: "/usr/bin:/bin",
    fork: true,
    warn: (text) => {
      throw new Error(text);
    },
  });
  return holder.crewstreamTestLauncher;
}

function watched(sink: RecordingSink, see: (event: RuntimeEvent) => void): RecordingSink {
  return {
    ...sink,
    emit(event) {
      const before = sink.events.length;
      sink.emit(event);
      if (sink.events.length > before) see(event);
    },
  };
}
