import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { linesOf } from "./lines.ts";
import { childFile, type ChildStart, type Ending, type PythonChild } from "./python-child.ts";

/** Importing crewai for the first time takes 8 s of CPU time, twice that without compiled bytecode. */
const startLimitMs = 120_000;

const controlSchema = z.union([
  z.object({ pid: z.number() }),
  z.object({ code: z.number().nullable(), signal: z.custom<NodeJS.Signals>().nullable() }),
]);

/** A running fork server of one environment: see python/crewstream/forkserver.py. */
export class ForkServer {
  readonly #process: ChildProcess;
  readonly #folder: string;
  #ended = false;

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
    process.once("exit", () => {
      this.#ended = true;
      void rm(folder, { recursive: true, force: true });
    });
  }

  /** Starts it, and waits until it has imported crewai. @throws AppError `run_failed` with its output */
  static async start(python: string, env: Readonly<Record<string, string>>): Promise<ForkServer> {
    if (env["HOME"] !== undefined) await mkdir(env["HOME"], { recursive: true });
    // Socket paths must be short, and no other user may access this one.
    const folder = await mkdtemp(join(tmpdir(), "crewstream-fork-"));
    const process = spawn(python, [childFile, "forkserver", join(folder, "socket")], {
      cwd: folder,
      env: { ...env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const server = new ForkServer(process, folder);
    let printed = "";
    process.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-2000);
    });
    process.stdin.on("error", () => undefined);
    const ready = once(process.stdout, "data").then(() => true);
    const failed = Promise.race([
      once(process, "exit"),
      once(process, "error"),
      delay(startLimitMs, undefined, { ref: false }),
    ]).then(() => false);
    if (await Promise.race([ready, failed])) {
      process.stdout.resume();
      return server;
    }
    server.stop();
    throw new AppError(`The fork server of ${python} did not start. ${printed.trim()}`, { code: ErrorCode.runFailed });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Forks a child. @throws AppError `run_failed` if the server has died */
  async fork({ mode, env, directory }: Omit<ChildStart, "python">): Promise<PythonChild> {
    const child = randomUUID();
    const [control, channel, stdout, stderr] = await Promise.all([
      this.#connect({ child, role: "control", mode, env, directory }),
      this.#connect({ child, role: "channel" }),
      this.#connect({ child, role: "stdout" }),
      this.#connect({ child, role: "stderr" }),
    ]);
    const { pid, exited } = await this.#started(control);
    return {
      pid,
      up: channel,
      stdout,
      stderr,
      exited,
      send: (message) => {
        if (!channel.destroyed) channel.write(`${JSON.stringify(message)}\n`);
      },
      // The server ends a child with everything it has started when its control connection is closed.
      kill: () => void control.end(),
    };
  }

  /** Lets the server end when its last child has. */
  retire(): void {
    this.#process.stdin?.write("retire\n");
  }

  /** Ends the server and every child of it. */
  stop(): void {
    this.#process.stdin?.end();
    this.#process.kill("SIGKILL");
  }

  async #connect(introduction: object): Promise<Socket> {
    const socket = connect({ path: join(this.#folder, "socket"), allowHalfOpen: true });
    // A broken connection is noticed by its end.
    socket.on("error", () => undefined);
    try {
      await once(socket, "connect");
    } catch (error) {
      throw new AppError("The fork server has ended.", { code: ErrorCode.runFailed, retryable: true, cause: error });
    }
    socket.write(`${JSON.stringify(introduction)}\n`);
    return socket;
  }

  async #started(control: Socket): Promise<{ pid: number; exited: Promise<Ending> }> {
    const lines = controlLines(control);
    const first = await lines.next();
    if (first.done === true || !("pid" in first.value)) {
      throw new AppError("The fork server forked no child.", { code: ErrorCode.runFailed, retryable: true });
    }
    const exited = lines.next().then((last): Ending => {
      control.destroy();
      // If the server itself has died, its children die with it.
      return last.done === true || !("code" in last.value) ? { code: null, signal: "SIGKILL" } : last.value;
    });
    return { pid: first.value.pid, exited };
  }
}

async function* controlLines(control: Socket): AsyncGenerator<z.output<typeof controlSchema>> {
  try {
    for await (const lines of linesOf(control)) for (const line of lines) yield controlSchema.parse(JSON.parse(line));
  } catch (error) {
    // A connection that breaks ends like one that is closed.
    if (AppError.is(error) || error instanceof z.ZodError) throw error;
  }
}
