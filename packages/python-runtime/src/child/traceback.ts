import { relative, sep } from "node:path";

const maxStack = 3000;

/** `  File "…", line N, in name`, with the source lines printed below it. */
const frameStart = /^ {2}File "(.+)", line (\d+)(, in .*)?$/;

/** How a project's errors are shown. */
export interface ProjectView {
  /** Absolute path of the project, to which paths are made relative. */
  root: string;
  removeSecrets: (text: string) => string;
}

/** A block of a traceback: a frame with its source, or lines in between, such as the error's own. */
interface Block {
  lines: string[];
  file?: string;
  line?: string;
}

/**
 * Where an error of a Python project came from. Its location is the project's last frame before the root cause, as
 * `src/plan/tools.py:3`; undefined if the project is not involved. The stack contains the project's frames, each
 * traceback's innermost frame wherever it is, and the errors.
 */
export function tracebackOrigin(
  traceback: string,
  { root, removeSecrets }: ProjectView,
): { location: string | undefined; stack: string } {
  const blocks = blocksOf(traceback);
  const isOwn = ({ file }: Block): boolean => file !== undefined && isInside(file, root);
  const shown = blocks.filter((block, index) => {
    const isInnermost = blocks[index + 1]?.file === undefined;
    return block.file === undefined || isOwn(block) || isInnermost;
  });
  const stack = removeSecrets(shown.flatMap((block) => shownLines(block, root)).join("\n")).trim();
  return {
    location: ownLocation(blocks, isOwn, root),
    stack: stack.length > maxStack ? `${stack.slice(0, maxStack - 1)}…` : stack,
  };
}

/** The same as fields of an event. */
export function originFields(traceback: string, view: ProjectView): Record<string, string> {
  const { location, stack } = tracebackOrigin(traceback, view);
  return {
    ...(location === undefined ? {} : { error_location: location }),
    ...(stack === "" ? {} : { error_stack: stack }),
  };
}

/** Causes come first: the innermost frame of the first traceback with a frame of the project. */
function ownLocation(blocks: readonly Block[], isOwn: (block: Block) => boolean, project: string): string | undefined {
  let location: string | undefined;
  for (const block of blocks) {
    if (isOwn(block)) location = `${relative(project, block.file ?? "")}:${block.line}`;
    else if (block.file === undefined && location !== undefined) break;
  }
  return location;
}

function blocksOf(traceback: string): Block[] {
  const blocks: Block[] = [];
  for (const line of traceback.trimEnd().split("\n")) {
    const [, file, number] = frameStart.exec(line) ?? [];
    const last = blocks.at(-1);
    if (file !== undefined) blocks.push({ lines: [line], file, line: number ?? "" });
    else if (last !== undefined && (last.file === undefined || line.startsWith("    "))) last.lines.push(line);
    else blocks.push({ lines: [line] });
  }
  return blocks;
}

/** The markers below a source line are omitted: they take more room than they are worth. */
function shownLines({ lines, file }: Block, project: string): string[] {
  if (file === undefined) return lines;
  const [, inPackages] = /(?:site|dist)-packages\/(.*)/.exec(file) ?? [];
  const path = isInside(file, project) ? relative(project, file) : (inPackages ?? file);
  const [head = "", ...source] = lines;
  return [head.replace(file, path), ...source.filter((line) => !/^\s*[\^~]+\s*$/.test(line))];
}

function isInside(file: string, project: string): boolean {
  const path = relative(project, file);
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !/(site|dist)-packages\//.test(path);
}
