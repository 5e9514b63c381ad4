import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { targetSchema, type Target } from "../child/messages.ts";
import { childFile } from "../child/python-child.ts";

const limitMs = 60_000;

const outdatedSchema = z.object({ file: z.string(), line: z.number(), what: z.string() });

const foundSchema = z.union([
  z.object({
    targets: z.array(targetSchema).min(1),
    outdated: z.array(outdatedSchema),
    description: z.string(),
    replays: z.boolean(),
  }),
  z.object({ problem: z.string() }),
]);

/** What a project runs, read from its syntax trees by the interpreter that will run it. */
export interface FoundTargets {
  targets: Target[];
  /** Uses of what newer versions of crewai lack, with what replaced it. */
  outdated: z.output<typeof outdatedSchema>[];
  description: string;
  replays: boolean;
}

/** Finds what a project runs; nothing of it is imported. @throws AppError `configuration` if that is ambiguous */
export async function findTargets(python: string, project: string): Promise<FoundTargets> {
  const found = await read(python, project);
  if ("problem" in found) throw new AppError(found.problem, { code: ErrorCode.configuration });
  return found;
}

async function read(python: string, project: string): Promise<z.output<typeof foundSchema>> {
  try {
    const { stdout } = await promisify(execFile)(python, [childFile, "find", project], {
      env: { PYTHONUTF8: "1", PYTHONSAFEPATH: "1", PATH: "" },
      timeout: limitMs,
      maxBuffer: 16 * 1024 * 1024,
    });
    return foundSchema.parse(JSON.parse(stdout));
  } catch (error) {
    throw new AppError(`${python} could not read the project: ${errorMessage(error)}`, {
      code: ErrorCode.configuration,
      cause: error,
    });
  }
}
