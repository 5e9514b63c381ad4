import type { Paint } from "../logs/format-line.ts";
import { oneLine } from "../output/table.ts";
import type { NodeState, RunNode, RunTree } from "./run-tree.ts";

const marks: Record<NodeState, string> = { running: "▸", paused: "‖", done: "✓", failed: "✗" };
const styles = { running: "cyan", paused: "yellow", done: "green", failed: "red" } as const;
const barWidth = 24;

export interface RenderOptions {
  now: number;
  paint: Paint;
  columns: number;
  /** Lines that fit on the terminal; the oldest finished parts are dropped first. */
  rows: number;
  /** Number of tasks of the run, if known. */
  totalTasks: number | undefined;
}

/** Renders a run: its tree, then one line with progress bar, tasks and tokens. */
export function renderTree(tree: RunTree, options: RenderOptions): string[] {
  const lines = tree.roots.flatMap((root) => renderNode(root, "", options));
  const questions = renderQuestions(tree, options);
  const room = Math.max(1, options.rows - 2 - questions.length);
  const shown = lines.length <= room ? lines : [`  … ${lines.length - room + 1} lines above`, ...lines.slice(1 - room)];
  return [...shown, ...questions, renderSummary(tree, options)];
}

/** The pending human-input request, and the command that answers it. */
export function renderQuestions(tree: RunTree, { paint, columns }: Pick<RenderOptions, "paint" | "columns">): string[] {
  return [...tree.questions.values()].flatMap(({ executionId, message, outcomes }) => [
    paint("yellow", `Waiting for a person: ${oneLine(message)}`.slice(0, columns)),
    `  crewstream answer ${executionId} ${outcomes.length === 0 ? "--approve" : `--outcome ${outcomes.map(oneLine).join("|")}`}`.slice(
      0,
      columns,
    ),
  ]);
}

/** One part of a run on one line: `✓ task research  1.2 s  328 tokens`. */
export function renderLine(node: RunNode, indent: string, { now, paint, columns }: RenderOptions): string {
  const seconds = Math.max(0, (node.endedAt ?? now) - node.startedAt) / 1000;
  const facts = [`${seconds.toFixed(1)} s`, ...(node.tokens > 0 ? [`${node.tokens} tokens`] : [])].join("  ");
  const kind = node.kind.replace(/_(kickoff|execution|usage|call)$/, "").replaceAll("_", " ");
  const room = Math.max(10, columns - indent.length - kind.length - facts.length - 6);
  const label = oneLine(node.label).slice(0, room);
  return `${indent}${paint(styles[node.state], marks[node.state])} ${paint("gray", kind)} ${label}  ${paint("gray", facts)}`;
}

function renderNode(node: RunNode, indent: string, options: RenderOptions): string[] {
  const children = node.children.flatMap((child) => renderNode(child, `${indent}  `, options));
  return [renderLine(node, indent, options), ...children];
}

function renderSummary(tree: RunTree, { paint, totalTasks }: RenderOptions): string {
  const tokens = `${tree.tokens} tokens`;
  if (totalTasks === undefined || totalTasks === 0) return paint("bold", tokens);
  const filled = Math.round((Math.min(tree.tasksDone, totalTasks) / totalTasks) * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  return `${paint("cyan", bar)} ${paint("bold", `${tree.tasksDone} of ${totalTasks} tasks  ${tokens}`)}`;
}
