/** Asks for the words to look for. */
export const knowledgeQuestion = (task: string): string =>
  `Before the task below is done, documents are searched by words. Answer with one line of the words to search for: names,
terms and their synonyms that a useful passage would hold. Answer with the line only.

${task}`;

/** Asks for the question to look for, where an embedder finds passages by their meaning. */
export const meaningQuestion = (task: string): string =>
  `Before the task below is done, documents are searched by meaning. Answer with one line: what a useful passage would say or
answer, without how the result is to be written. Answer with the line only.

${task}`;

/** Stands above what was found, in the task's prompt. */
export const knowledgeHeading = "Documents say (use what helps, and leave the rest):";
