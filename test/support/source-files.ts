import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A source file of the repository; paths are relative to its root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
  lines: number;
  isTest: boolean;
  /** What it imports, as written: relative paths, packages with their subpaths, `node:` modules. */
  imports: string[];
}

const skipped = new Set(["node_modules", "dist", ".git", "fixtures"]);

/** Every TypeScript file under these folders of the repository. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    walk(folder)
      .filter((path) => /\.tsx?$/.test(path))
      .map(readSource),
  );
}

/** Every folder under these folders of the repository. */
export function subfolders(...folders: string[]): string[] {
  return [...new Set(folders.flatMap((folder) => walk(folder)).map((path) => dirname(path)))];
}

/** `got` of `got`, `@ai-sdk/openai` of `@ai-sdk/openai/internal`; undefined for relative and built-in modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || isBuiltin(specifier)) return undefined;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The file that a relative import refers to, relative to the root. */
export function targetOf(file: SourceFile, specifier: string): string {
  return normalize(join(dirname(file.path), specifier));
}

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(path) : [path];
  });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  return {
    path,
    text,
    lines: text.split("\n").length - 1,
    isTest: path.startsWith("test/") || /\.test\.tsx?$/.test(path) || path.includes("/src/testing/"),
    imports: importsOf(text),
  };
}

const importForms = [
  /^(?:import|export)\s[^"'`;]*?\sfrom\s+"([^"]+)"/gm,
  /^import\s+"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
  /\b(?:import\.meta|require)\.resolve\(\s*"([^"]+)"/g,
];

/** The specifiers of static, dynamic and resolved imports, types included. */
export function importsOf(text: string): string[] {
  return [...new Set(importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? "")))];
}
