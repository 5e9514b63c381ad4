import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { secretRemover, type Automation, type RunContext } from "@crewstream/crew";
import { childEnvironment } from "../child/child-environment.ts";
import type { ModelGateway } from "../gateway/model-gateway.ts";
import { modelVariables, offlineMode } from "../gateway/run-models.ts";
import type { Description, Target } from "../child/messages.ts";
import type { Launcher } from "../child/launcher.ts";
import type { PythonChild } from "../child/python-child.ts";
import { projectVariables } from "../project/project-variables.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { PythonRun, type RunLog } from "./python-run.ts";
import { stopChild } from "./stop-child.ts";
import { makeWorkFolder } from "./work-folder.ts";

/** An automation that Python runs, as the registry found it. All of it can be sent to another thread. */
export interface PythonProject {
  /** Absolute path of the project. */
  root: string;
  /** The interpreter of its environment. */
  python: string;
  target: Target;
  /** Whether finished tool calls are answered from the journal when a run is resumed. */
  replays: boolean;
  description: string;
  takes: Description;
}

/** What the worker provides for its Python runs. */
export interface PythonHost {
  /** Folder for data of Python projects: homes, memories. */
  dataDir: string;
  /** The worker's own PATH. */
  path: string;
  maxEventBytes: number;
  /** Maximum memory of the processes of one run. */
  memoryMb: number;
  /** Where runs call models. */
  gateway: ModelGateway;
  launcher: Launcher;
  /** Logs a run's output and its errors. */
  log(executionId: string): RunLog;
  /** Receives a child's output. */
  printed(child: PythonChild, executionId: string): void;
}

/** A Python project as an automation: `run` drives a child process that imports the project with the real library. */
export function pythonAutomation(project: PythonProject, host: PythonHost): Automation {
  const { kind, name, inputs, required } = project.takes;
  return {
    kind,
    ...(name === null ? {} : { name }),
    description: project.description,
    inputs,
    required,
    run: async (context) => {
      const { signal, executionId, directory } = context;
      if (directory === undefined) {
        throw new AppError("A Python run needs its own directory.", { code: ErrorCode.internal });
      }
      await makeWorkFolder(project.root, directory);
      const providers = { ...context.env, ...(await projectVariables(project.root)) };
      using models = host.gateway.open({
        journal: context.journal,
        env: providers,
        offline: offlineMode(context, providers),
        signal,
      });
      const env = await environmentOf(project, host, {
        context,
        fixed: modelVariables(models.address, context, providers),
      });
      signal.throwIfAborted();
      const child = await host.launcher.start({ python: project.python, mode: "run", env, directory });
      // Processes that its tools have started must not outlive it; one that holds the pipe open would also block the
      // run.
      void child.exited.then(() => child.kill());
      host.printed(child, executionId);
      using _stop = stopChild(child, signal);
      using memory = new MemoryWatch(child.pid, host.memoryMb, () => child.kill());
      const run = new PythonRun(context, {
        child,
        models: models.run,
        log: host.log(executionId),
        view: { root: project.root, removeSecrets: secretRemover({ ...providers, ...env }) },
      });
      try {
        const order = {
          t: "run" as const,
          execution_id: executionId,
          project: project.root,
          directory,
          target: project.target,
          inputs: context.inputs,
          max_event_bytes: host.maxEventBytes,
          replays: project.replays,
        };
        return await run.follow(order);
      } catch (error) {
        child.kill();
        throw memory.exceeded ?? (signal.aborted ? signal.reason : error);
      }
    },
  };
}

/** A run's environment, with the folders that it names. */
async function environmentOf(
  { root, python }: Pick<PythonProject, "root" | "python">,
  host: Pick<PythonHost, "dataDir" | "path">,
  { context, fixed }: { context: Pick<RunContext, "automation" | "env">; fixed: Record<string, string> },
): Promise<Record<string, string>> {
  const home = resolve(host.dataDir, "home", context.automation);
  const storage = join(home, "storage");
  await mkdir(storage, { recursive: true });
  return childEnvironment({
    python,
    path: host.path,
    home,
    storage,
    shared: context.env,
    project: await projectVariables(root),
    fixed,
  });
}
