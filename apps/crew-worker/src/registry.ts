import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  AppError,
  automationNameSchema,
  ErrorCode,
  errorMessage,
  type AutomationAnnouncement,
} from "@crewstream/contracts";
import type { Automation } from "@crewstream/crew";
import type { Logger } from "@crewstream/service";
import { z } from "zod";

export interface LoadedAutomation {
  announcement: AutomationAnnouncement;
  automation: Automation;
}

const sourceExtensions = new Set([".ts", ".mts", ".js", ".mjs"]);

/** What `defineCrew` and `defineFlow` make; anything else in a file's default export is told apart from it here. */
const automationShape = z.object({
  kind: z.enum(["crew", "flow"]),
  description: z.string(),
  inputs: z.array(z.string()),
  required: z.array(z.string()),
  run: z.function(),
});

/**
 * Loads every automation under `dir`: a source file, or a folder with an `index` file, whose default export comes
 * from `defineCrew` or `defineFlow`. One that does not load is logged with its path and reason; the others serve.
 * @throws AppError `configuration` when the folder cannot be read
 */
export async function loadAutomations(dir: string, log: Logger): Promise<Map<string, LoadedAutomation>> {
  const root = resolve(dir);
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError(`AUTOMATIONS_DIR ${root} cannot be read: ${errorMessage(cause)}.`, {
      code: ErrorCode.configuration,
      cause,
    });
  });
  const loaded = new Map<string, LoadedAutomation>();
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (/^[._]/.test(entry.name) || entry.name === "node_modules") continue;
    const path = join(root, entry.name);
    const file = entry.isDirectory() ? await entryFile(path) : sourceFile(path);
    if (file === undefined) continue;
    try {
      const automation = await loadAutomation(
        file,
        entry.isDirectory() ? entry.name : basename(entry.name, extname(entry.name)),
      );
      const { name } = automation.announcement;
      if (loaded.has(name)) throw new Error(`another file serves the name ${name} already`);
      loaded.set(name, automation);
    } catch (error) {
      log.error({ file, reason: errorMessage(error) }, "automation.not_loaded");
    }
  }
  return loaded;
}

async function loadAutomation(file: string, fileName: string): Promise<LoadedAutomation> {
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const shape = automationShape.safeParse(module.default);
  if (!shape.success) throw new Error("its default export is not made by defineCrew or defineFlow");
  const automation = module.default as Automation;
  const name = automationNameSchema.safeParse(automation.name ?? fileName);
  if (!name.success)
    throw new Error(
      `its name ${JSON.stringify(automation.name ?? fileName)} does not serve as a path: ${name.error.issues[0]?.message}`,
    );
  const { kind, description, inputs, required } = automation;
  const version = createHash("sha256")
    .update(await readFile(file))
    .digest("hex")
    .slice(0, 12);
  return { automation, announcement: { name: name.data, kind, description, inputs, required, version } };
}

function sourceFile(path: string): string | undefined {
  return sourceExtensions.has(extname(path)) && !/\.(test|d)\.[mc]?ts$/.test(path) ? path : undefined;
}

async function entryFile(folder: string): Promise<string | undefined> {
  for (const extension of sourceExtensions) {
    const path = join(folder, `index${extension}`);
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
