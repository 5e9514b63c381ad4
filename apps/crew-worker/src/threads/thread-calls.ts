import { fromWire, type FromThread, type ThreadCall, type ToThread } from "./protocol.ts";

type Returned = Extract<ToThread, { type: "returned" | "refused" }>;

/** Calls of a thread to the main thread, and the replies that it waits for. */
export class ThreadCalls {
  readonly #send: (message: FromThread) => void;
  readonly #waiting = new Map<
    number,
    { resolve: (value: string | undefined) => void; reject: (error: Error) => void }
  >();
  #count = 0;

  constructor(send: (message: FromThread) => void) {
    this.#send = send;
  }

  /** Resolves with the call's result, if it has one. */
  make(call: ThreadCall): Promise<string | undefined> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ type: "call", id, call });
    });
  }

  answer(message: Returned): void {
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    if (message.type === "returned") waiting?.resolve(message.value);
    else waiting?.reject(fromWire(message.error));
  }
}
