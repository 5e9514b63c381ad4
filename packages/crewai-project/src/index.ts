export { checkProject, loadProject, readProject } from "./load-project.ts";
export type { ReadProject } from "./read-project.ts";
export { findingText, type Finding } from "./finding.ts";
