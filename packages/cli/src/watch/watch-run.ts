import { executionSchema, type Execution } from "@crewstream/contracts";
import type { ApiClient } from "../api/api-client.ts";
import { followEvents } from "../api/follow-events.ts";
import { segment } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { renderLine, renderQuestions, renderTree, type RenderOptions } from "./render-tree.ts";
import { isQuestion, RunTree } from "./run-tree.ts";

const repaintEveryMs = 100;

/**
 * Shows a run's progress: a live tree on a terminal, otherwise one line for each part that has ended.
 * Resolves with the execution when it has ended, or undefined when the user stopped watching (the run continues).
 */
export async function watchRun(client: ApiClient, executionId: string, io: Io): Promise<Execution | undefined> {
  const signal = io.interrupted();
  const tree = new RunTree();
  const read = (): Promise<Execution> => client.get(`/api/v1/executions/${segment(executionId)}`, executionSchema);
  let totalTasks: number | undefined;
  const options = (): RenderOptions => ({
    now: Date.now(),
    paint: io.paint,
    columns: io.columns ?? 120,
    rows: process.stdout.rows || 24,
    totalTasks,
  });
  const screen = io.columns === undefined ? undefined : new Screen(io);
  const timer = screen && setInterval(() => screen.paint(renderTree(tree, options())), repaintEveryMs);
  try {
    for await (const event of followEvents(client, { executionId, signal })) {
      const node = tree.add(event);
      if (node?.kind === "task") totalTasks = (await read()).progress?.total ?? undefined;
      const isOver = node !== undefined && node.state !== "running";
      if (screen !== undefined) continue;
      if (isOver) io.write(`${renderLine(node, "", options())}\n`);
      if (isQuestion(event.type)) io.write(`${renderQuestions(tree, options()).join("\n")}\n`);
    }
  } finally {
    clearInterval(timer);
  }
  screen?.paint(renderTree(tree, options()));
  return signal.aborted ? undefined : read();
}

/** The last lines of a terminal, repainted on each update. */
class Screen {
  readonly #io: Io;
  #height = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  paint(lines: readonly string[]): void {
    const up = this.#height === 0 ? "" : `\u001B[${this.#height}A`;
    // Each line is cleared to its end, then everything below the new content.
    this.#io.write(`${up}${lines.map((line) => `${line}\u001B[K\n`).join("")}\u001B[J`);
    this.#height = lines.length;
  }
}
