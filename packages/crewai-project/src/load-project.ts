import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Automation } from "@crewstream/crew";
import { findingText, type Finding } from "./finding.ts";
import type { ReadProject } from "./read-project.ts";

/**
 * Everything that is to be said about the CrewAI project in a folder, at once. Never throws for what a file holds, and
 * runs no code of the project: TypeScript that it names is looked at only.
 */
export async function checkProject(dir: string): Promise<Finding[]> {
  return (await read(dir, false)).findings;
}

/**
 * Reads the CrewAI project in a folder (crew.jsonc or flow.yaml), and loads the TypeScript that it names.
 * What is wrong with it is in the findings; nothing is thrown for that.
 */
export async function readProject(dir: string): Promise<ReadProject> {
  return read(dir, true);
}

/**
 * The automation that a folder's CrewAI project describes.
 * Throws `configuration` with every error among the findings, one a line; all findings are in its details.
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

/** The parsers and schemas cost 120 ms of CPU: threads that run automations written in TypeScript do without them. */
async function read(dir: string, runsCode: boolean): Promise<ReadProject> {
  const { readFolder } = await import("./read-project.ts");
  return readFolder(dir, runsCode);
}
