/** Heading above the memories section in the task's prompt. */
export const memoryHeading = `# Memories of earlier work
They were chosen by likeness to the task and are not all there is. Where the task asks for all, a count or a sum, search the
memory with several questions before you answer.`;

/** Heading above the memories themselves, as in CrewAI. */
export const memoriesFound = "Relevant memories:";

export interface Work {
  task: string;
  role: string;
  expected: string | undefined;
  result: string;
}

/** A piece of work from which memories are extracted; stored whole if no model can decide what matters. */
export function workText({ task, role, expected, result }: Work): string {
  const lines = [`Task: ${task}`, `Agent: ${role}`];
  if (expected !== undefined) lines.push(`Expected result: ${expected}`);
  return [...lines, `Result: ${result}`].join("\n");
}

/** Asks what is worth remembering from a piece of work. */
export const extractInstruction = `You decide what is worth remembering of a piece of work, for whoever does similar work later.
Answer with a list of memories. Each is one short statement of a fact, a decision, a preference, a result or a lesson that:
- is understood without the work it comes from,
- keeps names, numbers and dates exactly as they are, and never makes them more general,
- says something that no other memory of the list says.
What people say of themselves counts most, also in passing and inside questions. Do not restate the task, do not sum up.
Give each memory an importance from 0 (trivial) to 1 (must never be forgotten), and one to three short categories.
If nothing is worth remembering, give an empty list.`;

/** Asks how important statements are that were stored explicitly. */
export const judgeInstruction = `Statements are to be kept in a memory. For each of them, in the same order, give its importance from
0 (trivial) to 1 (must never be forgotten), and one to three short categories.`;

export const judgeQuestion = (statements: readonly string[]): string =>
  statements.map((text, index) => `${index + 1}. ${text}`).join("\n");

/** Asks what to do with old memories that new ones resemble. */
export const mergeInstruction = `New statements come into a memory that holds similar ones. For each new statement decide:
- for every old memory listed with it: "keep" it, "update" it with a content that joins old and new, or "delete" it because the
  new statement contradicts or replaces it;
- whether the new statement is added as a memory of its own (insert_new): only if it says something that the old memories, after
  your changes, do not say.
Change old memories only where they plainly overlap or contradict; in doubt, keep them.`;

export interface MergeItem {
  statement: string;
  old: readonly { id: string; content: string; importance: number; created_at: string }[];
}

export function mergeQuestion(items: readonly MergeItem[]): string {
  return items
    .map(({ statement, old }, index) =>
      [
        `New statement ${index + 1}: ${statement}`,
        "Old memories:",
        ...old.map((each) => `- ${each.id} (importance ${each.importance}, of ${each.created_at}): ${each.content}`),
      ].join("\n"),
    )
    .join("\n\n");
}
