/** Limits of an automation's memory. */
export const memoryLimits = {
  /** Maximum number of memories per automation; the least valuable are removed first. */
  records: 1000,
  /** Maximum characters of a memory. */
  characters: 2000,
  /** Maximum memories per save. */
  statements: 20,
  /** Maximum characters of a question. */
  queryCharacters: 8000,
  /** Maximum characters of a task's result from which memories are extracted. */
  resultCharacters: 20_000,
} as const;
