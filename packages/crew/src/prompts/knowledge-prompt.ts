/** Asks for search words. */
export const knowledgeQuestion = (task: string): string =>
  `Before the task below is done, documents are searched by words. Answer with one line of the words to search for: names,
terms and their synonyms that a useful passage would hold. Answer with the line only.

${task}`;

/** Asks for a search question, for an embedder that finds passages by meaning. */
export const meaningQuestion = (task: string): string =>
  `Before the task below is done, documents are searched by meaning. Answer with one line: what a useful passage would say or
answer, without how the result is to be written. Answer with the line only.

${task}`;

/** Heading above the passages in the task's prompt. */
export const knowledgeHeading = "Documents say (use what helps, and leave the rest):";
