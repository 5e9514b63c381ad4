import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Automation } from "@crewstream/crew";
import { findingText, type Finding } from "./finding.ts";
import type { ReadProject } from "./read-project.ts";

/**
 * All findings about the CrewAI project in a folder. Never throws for a file's contents, and runs no code of the
 * project: TypeScript that it names is only inspected.
 */
export async function checkProject(dir: string): Promise<Finding[]> {
  return (await read(dir, false)).findings;
}

/**
 * Reads the CrewAI project in a folder (crew.jsonc or flow.yaml), and loads the TypeScript that it names. Errors are in
 * the findings; none is thrown.
 */
export async function readProject(dir: string): Promise<ReadProject> {
  return read(dir, true);
}

/**
 * The automation that a folder's CrewAI project describes. Throws `configuration` with every error among the findings,
 * one per line; all findings are in its details.
 */
export async function loadProject(dir: string): Promise<Automation> {
  const { automation, findings } = await read(dir, true);
  if (automation !== undefined) return automation;
  const errors = findings.filter(({ severity }) => severity === "error").map(findingText);
  throw new AppError(`The project ${dir} cannot be loaded:\n${errors.join("\n")}`, {
    code: ErrorCode.configuration,
    details: { findings },
  });
}

/** The parsers and schemas cost 120 ms of CPU: threads that run automations written in TypeScript do not load them. */
async function read(dir: string, runsCode: boolean): Promise<ReadProject> {
  const { readFolder } = await import("./read-project.ts");
  return readFolder(dir, runsCode);
}
