/** What memory of an automation is bounded by. */
export const memoryLimits = {
  /** Memories of one automation; what is worth least goes when there are more. */
  records: 1000,
  /** Characters of one memory. */
  characters: 2000,
  /** Memories of one save. */
  statements: 20,
  /** Characters of a question that are compared. */
  queryCharacters: 8000,
  /** Characters of a task's result that memories are taken from. */
  resultCharacters: 20_000,
} as const;
