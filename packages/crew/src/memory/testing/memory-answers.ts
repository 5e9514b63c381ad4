import { scriptedModel, type ScriptedAnswer, type ScriptedModel } from "../../testing/index.ts";

export interface MemoryAnswers {
  /** The agent's answer. */
  work?: ScriptedAnswer;
  /** What is worth remembering from it. */
  extract?: ScriptedAnswer;
  judge?: ScriptedAnswer;
  merge?: ScriptedAnswer;
}

/** A model that answers by kind of request: work, what to remember from it, or what to do with old memories. */
export function memoryModel(answers: MemoryAnswers): ScriptedModel {
  return scriptedModel((options) => {
    const [system] = options.prompt;
    const told = system?.role === "system" ? system.content : "";
    if (told.includes("worth remembering of a piece of work")) return answers.extract ?? '{"memories":[]}';
    if (told.includes("Statements are to be kept")) return answers.judge ?? '{"statements":[]}';
    if (told.includes("New statements come into a memory")) return answers.merge ?? '{"statements":[]}';
    return typeof answers.work === "function" ? answers.work(options) : (answers.work ?? "Done.");
  });
}

/** A list of memories as a model returns it. */
export const memories = (...contents: string[]): string =>
  JSON.stringify({ memories: contents.map((content) => ({ content, importance: 0.7, categories: ["fact"] })) });
