/** Put before a part of a conversation that has become too long. */
export const summaryRequest =
  "Summarise this part of your work so far: what was asked of which tool, what it gave, and every fact, number and decision that the task may still need. Leave out nothing that matters.";

/** Stands above the summary, in place of the conversation. */
export const summaryHeading = "This is a summary of your work so far:";
