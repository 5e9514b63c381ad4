import { errorMessage } from "@crewstream/contracts";
import type { Automation } from "@crewstream/crew";
import { readCrewFile } from "./crew/build-crew.ts";
import { detectProject, type Detected } from "./detect-project.ts";
import { ProjectDir } from "./documents/project-dir.ts";
import { Findings, type Finding } from "./finding.ts";
import { readFlowFile } from "./flow/read-flow.ts";
import { projectEnv, withEnv } from "./project-env.ts";
import type { Project } from "./project.ts";

export interface ReadProject {
  /** Sorted by location; with an error among them there is no automation. */
  findings: Finding[];
  automation?: Automation;
  /** Whether the folder contains a CrewAI project at all, valid or not. */
  isProject: boolean;
}

/** Reads the project in a folder. With `runsCode`, the TypeScript that it names is loaded; else only inspected. */
export async function readFolder(dir: string, runsCode: boolean): Promise<ReadProject> {
  const findings = new Findings();
  try {
    const opened = await ProjectDir.open(dir, findings);
    const project: Project = { dir: opened, findings, base: "", runsCode };
    const detected = await detectProject(project);
    const isProject = detected !== undefined || findings.failed;
    if (!isProject)
      findings.error(".", "contains no crew.jsonc, no flow.yaml and no Python code: it is not a CrewAI project");
    const automation = detected === undefined ? undefined : await readAutomation(project, detected);
    return { findings: findings.list(), isProject, ...(findings.failed || !automation ? {} : { automation }) };
  } catch (error) {
    // Unreadable folders, and our own errors: other projects are served anyway, and this one reports what happened.
    findings.error(".", `the project ${dir} could not be read: ${errorMessage(error)}`);
    return { findings: findings.list(), isProject: true };
  }
}

async function readAutomation(project: Project, detected: Detected): Promise<Automation | undefined> {
  const automation = await (async () => {
    if (detected.kind === "flow") return readFlowFile(project, detected.file, detected.named);
    return (await readCrewFile(project, detected.file, detected.named))?.crew;
  })();
  if (automation === undefined) return undefined;
  const description = automation.description || (detected.description ?? "");
  return withEnv({ ...automation, description }, await projectEnv(project));
}
