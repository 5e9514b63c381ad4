/** A name as a part of a scope's path, as CrewAI writes it: `Research Crew` is `research-crew`. */
export function scopeName(name: string): string {
  const plain = name
    .toLowerCase()
    .trim()
    .replace(/[^a-z0-9_-]/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  return plain === "" ? "unknown" : plain;
}

/** A path below another, with one slash before each part and none at its end. */
export function joinScopes(...parts: readonly (string | undefined)[]): string {
  return `/${parts
    .flatMap((part) => (part ?? "").split("/"))
    .filter((part) => part !== "")
    .join("/")}`;
}
