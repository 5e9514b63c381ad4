/** Instruction before a part of a conversation that has become too long. */
export const summaryRequest =
  "Summarise this part of your work so far: what was asked of which tool, what it gave, and every fact, number and decision that the task may still need. Leave out nothing that matters.";

/** Heading above the summary that replaces the conversation. */
export const summaryHeading = "This is a summary of your work so far:";

/** Instruction before a part of a task that is too long to read at once. */
export const taskSummaryRequest =
  "This is a part of what you are asked to do, with what you are given for it. Put it shorter, and keep every instruction, name, number and fact in it. Answer with that only.";

/** Heading above the shortened task. */
export const taskSummaryHeading =
  "This is what you are asked to do, put shorter because it was too long to be read at once:";
