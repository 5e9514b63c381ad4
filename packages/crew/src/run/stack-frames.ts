import { isAbsolute, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A line of a stack: in the automation's folder, in a package that it uses, or in neither (Node, crewstream). */
export interface StackFrame {
  kind: "own" | "package" | "other";
  /** As shown: `    at method (tools/price.ts:14:9)`. */
  text: string;
  /** `file:line:column`; for a syntax error `file:line`. */
  place: string;
}

/** `at name (file:line:column)`, or without a name; a name contains no parenthesis. */
const frameLine = /^\s+at (?:(async )?(?:(.+?) \()?)((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/;

/** Where the parser stopped, above the message of a syntax error. */
const parserLine = /^((?:file:\/\/)?\/.*):(\d+)$/;

/**
 * The frames of an error's stack, in V8's format.
 * @param root absolute path of the automation's folder, to which paths are made relative; without it no frame is
 * recognised as its own
 */
export function framesOf(stack: string, root: string | undefined): StackFrame[] {
  const [head = "", ...lines] = stack.split("\n");
  const parsed = parserLine.exec(head);
  const frames = parsed === null ? [] : [frame({ file: parsed[1], line: parsed[2] }, root)];
  for (const line of lines) {
    const match = frameLine.exec(line);
    if (match === null) continue;
    const [, async = "", name, file, at, column] = match;
    frames.push(frame({ name: name === undefined ? undefined : `${async}${name}`, file, line: at, column }, root));
  }
  return frames;
}

function frame(
  at: { name?: string | undefined; file: string | undefined; line: string | undefined; column?: string | undefined },
  root: string | undefined,
): StackFrame {
  const { path, kind } = shownPath(pathOf(at.file ?? ""), root);
  const place = `${path}:${at.line}${at.column === undefined ? "" : `:${at.column}`}`;
  const text = at.name === undefined ? `    at ${place}` : `    at ${at.name} (${place})`;
  return { kind, text, place };
}

/** A path as shown, without what is above the automation's folder or the folder of its packages. */
function shownPath(path: string, root: string | undefined): Pick<StackFrame, "kind"> & { path: string } {
  const packages = path.lastIndexOf(`${sep}node_modules${sep}`);
  if (packages >= 0) return { kind: "package", path: path.slice(packages + 1) };
  const inside = root === undefined ? ".." : relative(root, path);
  const isOwn = inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  return isOwn ? { kind: "own", path: inside } : { kind: "other", path };
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/[?#].*$/, ""));
  } catch {
    return file;
  }
}
