import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { AnswerMessage, Handlers, RequestMessage } from "./messages.ts";

type Pending = { resolve: (result: unknown) => void; reject: (error: Error) => void };

/** A child process of the benchmark that answers requests; `Served` is the type of its handlers. */
export class Child<Served extends Handlers> implements AsyncDisposable {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** @param execArgv Node's own options, such as `--cpu-prof` */
  constructor(name: string, env: Record<string, string>, execArgv: readonly string[] = []) {
    this.name = name;
    this.#process = fork(fileURLToPath(new URL(`../processes/${name}.ts`, import.meta.url)), [], {
      env: { PATH: process.env["PATH"], ...env },
      execArgv: [...execArgv],
    });
    this.#process.on("message", (message: AnswerMessage) => this.#settle(message));
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code) => this.#fail(new Error(`${name} ended with code ${code}`)));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  call<Method extends keyof Served & string>(
    method: Method,
    params: Parameters<Served[Method]>[0],
  ): Promise<Awaited<ReturnType<Served[Method]>>> {
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1);
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      this.#process.send({ id, method, params } satisfies RequestMessage);
    });
  }

  /** Releases it: it exits when its channel closes, and then writes its profile. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(timer);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #settle(message: AnswerMessage): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) pending?.reject(new Error(`${this.name}: ${message.error}`));
    else pending?.resolve(message.result);
  }
}
