import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { Automation } from "../run-context.ts";
import { readCrewFile } from "./build/build-crew.ts";
import { readClassicCrew } from "./classic/read-classic-crew.ts";
import { detectProject, type Detected } from "./detect-project.ts";
import { ProjectDir } from "./documents/project-dir.ts";
import { Findings, findingText, type Finding } from "./finding.ts";
import { readFlowFile } from "./flow/read-flow.ts";
import { projectEnv, withEnv } from "./project-env.ts";
import type { Project } from "./project.ts";

export interface ReadProject {
  /** Sorted by place; with an error among them there is no automation. */
  findings: Finding[];
  automation?: Automation;
  /** Whether the folder holds a CrewAI project at all, whatever state it is in. */
  isProject: boolean;
}

/**
 * Everything that is to be said about the CrewAI project in a folder, at once. Never throws for what a file holds, and
 * runs no code of the project: TypeScript that it names is looked at only.
 */
export async function checkProject(dir: string): Promise<Finding[]> {
  return (await read(dir, false)).findings;
}

/**
 * Reads the CrewAI project in a folder (crew.jsonc, flow.yaml or a classic crew), and loads the TypeScript that it names.
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

async function read(dir: string, runsCode: boolean): Promise<ReadProject> {
  const findings = new Findings();
  try {
    const opened = await ProjectDir.open(dir, findings);
    const project: Project = { dir: opened, findings, runsCode };
    const detected = await detectProject(project);
    const isProject = detected !== undefined || findings.failed;
    if (!isProject)
      findings.error(".", "holds no crew.jsonc, flow.yaml or config/agents.yaml: it is no CrewAI project");
    const automation = detected === undefined ? undefined : await readAutomation(project, detected);
    return { findings: findings.list(), isProject, ...(findings.failed || !automation ? {} : { automation }) };
  } catch (error) {
    // Unreadable folders, and faults of ours: other projects are served all the same, and this one says what happened.
    findings.error(".", `the project ${dir} could not be read: ${errorMessage(error)}`);
    return { findings: findings.list(), isProject: true };
  }
}

async function readAutomation(project: Project, detected: Detected): Promise<Automation | undefined> {
  const automation = await (async () => {
    if (detected.kind === "flow") return readFlowFile(project, detected.file, detected.named);
    if (detected.kind === "classic") return readClassicCrew(project, detected.folder);
    return (await readCrewFile(project, detected.file, detected.named))?.crew;
  })();
  return automation && withEnv(automation, await projectEnv(project));
}
