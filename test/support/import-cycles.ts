import { targetOf, type SourceFile } from "./source-files.ts";

/** Groups of files each of which imports itself through others of the group: Tarjan's strongly connected components. */
export function cyclesIn(files: readonly SourceFile[]): string[][] {
  const imports = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((each) => each.startsWith(".")).map((specifier) => targetOf(file, specifier)),
    ]),
  );
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string): number => {
    let low = order.size;
    order.set(path, low);
    open.push(path);
    for (const target of imports.get(path) ?? []) {
      if (!imports.has(target)) continue;
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, lowest.get(target) ?? order.get(target) ?? low);
    }
    lowest.set(path, low);
    if (low !== order.get(path)) return low;
    const group = open.splice(open.indexOf(path));
    if (group.length > 1) cycles.push(group.toSorted());
    return low;
  };
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return cycles;
}
