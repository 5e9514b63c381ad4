import { z } from "zod";
import { ignored, key } from "./keys.ts";
import { pythonReference } from "./references.ts";
import { positive, record, text, whole } from "./values.ts";

const sourceTypes = ["string", "text_file", "csv", "json", "pdf", "excel", "docling"] as const;

const described = z
  .strictObject({
    source_type: z
      .enum(sourceTypes)
      .describe("string, text_file, csv, json, pdf, excel (.xlsx), or docling: any of these files, and .html and .md"),
    content: key(text, "The text itself, for string"),
    file_paths: key(z.union([text, z.array(text)]), "Files in knowledge/, for the others"),
    file_path: key(text, "The same for one file, deprecated by CrewAI"),
    chunk_size: key(positive, "Characters of a piece (4000)"),
    chunk_overlap: key(whole, "Characters that it shares with the piece before (200)"),
    metadata: key(record, "Kept by CrewAI's store", ignored),
    collection_name: key(text, "Name in CrewAI's store", ignored),
  })
  .describe("A document to look things up in.");

export const knowledgeSource = z.union([described, pythonReference], {
  error: 'must be an object with "source_type": string, text_file, csv, json, pdf, excel or docling',
});
export type KnowledgeValue = z.infer<typeof knowledgeSource>;

export const knowledgeConfig = z.strictObject({
  results_limit: key(positive, "Maximum passages per task (5)"),
  score_threshold: key(z.number().min(0).max(1), "How alike a piece must be that an embedder finds (0.6)"),
});
