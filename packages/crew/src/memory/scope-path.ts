/** A name as a path segment, as CrewAI writes it: `Research Crew` becomes `research-crew`. */
export function scopeName(name: string): string {
  const plain = name
    .toLowerCase()
    .trim()
    .replace(/[^a-z0-9_-]/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  return plain === "" ? "unknown" : plain;
}

/** Joins two paths, with one slash before each part and none at the end. */
export function joinScopes(...parts: readonly (string | undefined)[]): string {
  return `/${parts
    .flatMap((part) => (part ?? "").split("/"))
    .filter((part) => part !== "")
    .join("/")}`;
}
