export { isPythonProject } from "./project/is-python-project.ts";
export { readPythonProject, type PythonTarget, type ReadPythonOptions } from "./project/read-python-project.ts";
export { pythonAutomation, type PythonHost, type PythonProject } from "./run/python-automation.ts";
export { Launcher } from "./child/launcher.ts";
export { ModelGateway } from "./gateway/model-gateway.ts";
export type { PythonChild } from "./child/python-child.ts";
export { findPython, findUv, type ToolOptions } from "./environment/find-uv.ts";
export { environmentVersions, findInterpreter } from "./environment/python-environment.ts";
export { syncEnvironment, type SyncedEnvironment } from "./environment/sync-environment.ts";
