import { basename, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where an error was thrown, in the automation's own code. */
export interface ErrorOrigin {
  /** `tools/lookup.ts:12:5`, relative to the automation's folder. */
  location: string;
  /** Its frames in the automation's code, innermost first: `lookup (tools/lookup.ts:12:5)`. */
  stack: string;
}

/** Frames that help; recursion would fill pages with the same one. */
const maxFrames = 10;

/** The runtime's own code: its frames say nothing to who wrote the automation. */
const ownFolders = ["packages", "apps"].map((name) => fileURLToPath(new URL(`../../../../${name}/`, import.meta.url)));

/**
 * Finds the automation's code in an error's stack, or in that of what caused it: the deepest cause that has any. Only
 * function names and places are kept, never a message, which may repeat a secret.
 * @param root the automation's folder, absolute; places outside it are shown by their file name
 * @returns undefined when no frame is the automation's, e.g. for a model that did not answer
 */
export function errorOrigin(error: unknown, root: string | undefined): ErrorOrigin | undefined {
  let found: ErrorOrigin | undefined;
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    const frames = framesOf(cause, root);
    const [first] = frames;
    if (first !== undefined) found = { location: first.place, stack: frames.map(({ text }) => text).join("\n") };
  }
  return found;
}

/** `    at name (file:///folder/file.ts:1:2)`, with or without a name and the scheme. */
const frame = /^\s*at (?:(.+?) \()?(?:file:\/\/)?(\/[^()?]+?)(?:\?[^:)]*)?:(\d+):(\d+)\)?$/;

function framesOf({ stack = "" }: Error, root: string | undefined): { place: string; text: string }[] {
  const frames: { place: string; text: string }[] = [];
  for (const line of stack.split("\n")) {
    const [, name, file = "", row, column] = frame.exec(line) ?? [];
    if (file === "" || isForeign(decodeURI(file))) continue;
    const place = `${shown(decodeURI(file), root)}:${row}:${column}`;
    frames.push({ place, text: name === undefined ? place : `${name} (${place})` });
    if (frames.length === maxFrames) break;
  }
  return frames;
}

function isForeign(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`) || ownFolders.some((folder) => file.startsWith(folder));
}

function shown(file: string, root: string | undefined): string {
  const path = root === undefined ? ".." : relative(root, file);
  return path.startsWith("..") ? basename(file) : path;
}
