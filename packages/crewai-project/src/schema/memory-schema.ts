import { z } from "zod";
import { embedder } from "./embedder-schema.ts";
import { key, warned } from "./keys.ts";
import { pythonReference } from "./references.ts";
import { llm, positive, text } from "./values.ts";

const share = z.number().min(0).max(1);
const noExploring = warned("not observed: no model is asked what a question to the memory means");

const whole = z
  .strictObject({
    memory_kind: key(z.literal("memory"), "A memory of its own"),
    llm: key(llm, "Model that says what is worth remembering; default: the agent's own, or the crew's first agent's", {
      instead: "value",
    }),
    embedder: key(embedder, "Finds by meaning; default: that of the agent or crew", { instead: "value" }),
    storage: key(
      text,
      "Where CrewAI keeps it",
      warned("not observed: what an automation remembers is kept together, in the server's store"),
    ),
    semantic_weight: key(share, "Weight of likeness in a memory's score (0.5)"),
    recency_weight: key(share, "Weight of its age (0.3)"),
    importance_weight: key(share, "Weight of its importance (0.2)"),
    recency_half_life_days: key(positive, "Days in which the weight of age halves (30)"),
    consolidation_threshold: key(share, "Likeness from which on old and new are merged (0.85)"),
    consolidation_limit: key(positive, "Memories that a new one is compared with (5)"),
    default_importance: key(share, "Importance of what nobody judges (0.5)"),
    confidence_threshold_high: key(share, "When CrewAI explores deeper", noExploring),
    confidence_threshold_low: key(share, "When CrewAI explores deeper", noExploring),
    complex_query_threshold: key(share, "When CrewAI explores deeper", noExploring),
    exploration_budget: key(z.int().min(0), "How often CrewAI explores deeper", noExploring),
    query_analysis_threshold: key(z.int().min(0), "From which length on CrewAI has a question analysed", noExploring),
    read_only: key(z.boolean(), "Is asked, and never added to"),
    root_scope: key(text, "Path that everything is kept below"),
  })
  .describe("A memory with settings.");

const path = z
  .strictObject({
    memory_kind: key(z.literal("scope"), "A path of the memory around"),
    root_path: text.describe("The path; what lies elsewhere is neither seen nor written"),
  })
  .describe("A part of the crew's memory.");

const slice = z
  .strictObject({
    memory_kind: key(z.literal("slice"), "Several paths of the memory around, to look things up in"),
    scopes: z.array(text).min(1).describe("The paths"),
    categories: key(z.array(text), "Only what is in one of these categories"),
    read_only: key(
      z.literal(true, { error: "must be true: a slice is only read, as it is in CrewAI" }),
      "A slice is only read",
    ),
  })
  .describe("Several parts of the crew's memory.");

/** A memory as an object: without `memory_kind`, its keys determine the kind, as in CrewAI. */
export const memoryObject = z.union([whole, path, slice, pythonReference], {
  error: "must be an object with settings of a memory, with root_path, or with scopes",
});
export type MemoryObject = z.infer<typeof memoryObject>;

export const memory = z.union([z.boolean(), whole, path, slice, pythonReference], {
  error: "must be true, false or an object with settings of a memory",
});
export type MemoryValue = z.infer<typeof memory>;
