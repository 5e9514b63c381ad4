import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { secretRemover } from "@crewstream/crew";
import { linesOf } from "../child/lines.ts";
import { childMessageSchema, type ChildMessage, type Description, type Target } from "../child/messages.ts";
import { spawnChild } from "../child/python-child.ts";
import { tracebackOrigin, type ProjectView } from "../child/traceback.ts";
import { makeWorkFolder } from "../run/work-folder.ts";

export interface DescribeOrder {
  python: string;
  project: string;
  target: Target;
  env: Readonly<Record<string, string>>;
  /** A module that waits or computes forever when it is imported is ended after this. */
  limitMs: number;
  signal: AbortSignal;
}

/**
 * Determines the inputs of a project's automation. That imports its code, so it happens in a child process.
 * @throws AppError `configuration` with the project's own error, or if it takes too long; the signal's reason
 */
export async function describe({ python, project, target, env, limitMs, signal }: DescribeOrder): Promise<Description> {
  const directory = await mkdtemp(join(tmpdir(), "crewstream-describe-"));
  try {
    await makeWorkFolder(project, directory);
    const child = await spawnChild({ python, mode: "describe", env, directory });
    const printed = tailOf(child.stderr);
    child.stdout.resume();
    void child.exited.then(() => child.kill());
    child.send({
      t: "run",
      execution_id: randomUUID(),
      project,
      directory,
      target,
      inputs: {},
      max_event_bytes: 1_048_576,
      replays: false,
    });
    const view = { root: project, removeSecrets: secretRemover(env) };
    const tooLate = new AbortController();
    const limit = delay(limitMs, undefined, { signal: AbortSignal.any([tooLate.signal, signal]) }).then((): never => {
      throw configuration(`importing ${target.file} took longer than ${Math.round(limitMs / 1000)} s`);
    });
    limit.catch(() => undefined);
    try {
      return await Promise.race([answerOf(child.up, printed, view), limit]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      tooLate.abort();
      child.kill();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function answerOf(
  up: Parameters<typeof linesOf>[0],
  printed: () => string,
  view: ProjectView,
): Promise<Description> {
  for await (const lines of linesOf(up)) {
    for (const line of lines) {
      const message = childMessageSchema.parse(JSON.parse(line));
      if (message.t === "described") return message;
      if (message.t === "undescribed") throw configuration(reasonOf(message, view));
    }
  }
  throw configuration(`its Python process ended while the project was imported. ${printed()}`.trim());
}

function reasonOf({ type, error, traceback }: Undescribed, view: ProjectView): string {
  const { location } = tracebackOrigin(traceback, view);
  return `${type}: ${view.removeSecrets(error)}${location === undefined ? "" : ` (${location})`}`;
}

type Undescribed = Extract<ChildMessage, { t: "undescribed" }>;

function tailOf(stream: NodeJS.ReadableStream): () => string {
  let tail = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    tail = (tail + chunk).slice(-2000);
  });
  return () => tail.trim();
}

function configuration(message: string): AppError {
  return new AppError(message, { code: ErrorCode.configuration });
}
