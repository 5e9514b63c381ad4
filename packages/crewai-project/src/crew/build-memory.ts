import type { MemoryRef } from "@crewstream/crew";
import { within, type Location } from "../finding.ts";
import type { Project } from "../project.ts";
import type { MemoryValue } from "../schema/memory-schema.ts";
import { buildEmbedder } from "./build-embedder.ts";
import { buildModel, present } from "./build-model.ts";

/** A memory in the runtime's form; undefined for none. */
export function buildMemory(
  project: Project,
  value: MemoryValue | null | undefined,
  at: Location,
): MemoryRef | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return true;
  if ("python" in value) return undefined;
  if ("root_path" in value) return { rootPath: value.root_path };
  if ("scopes" in value) return { scopes: value.scopes, ...present({ categories: value.categories }) };
  return present({
    model: value.llm ? buildModel(project, value.llm, within(at, "llm")) : undefined,
    embedder: buildEmbedder(project, value.embedder, within(at, "embedder")),
    semanticWeight: value.semantic_weight,
    recencyWeight: value.recency_weight,
    importanceWeight: value.importance_weight,
    recencyHalfLifeDays: value.recency_half_life_days,
    consolidationThreshold: value.consolidation_threshold,
    consolidationLimit: value.consolidation_limit,
    defaultImportance: value.default_importance,
    readOnly: value.read_only,
    rootScope: value.root_scope,
  });
}
