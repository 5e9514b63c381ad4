import { parentPort } from "node:worker_threads";
import { AppError, ErrorCode, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import { findAutomations, loadEntry } from "../registry.ts";
import { runOrder } from "../run-order.ts";
import { fromWire, toWire, type FromThread, type RunOrder, type ToThread } from "./protocol.ts";
import { ThreadCalls } from "./thread-calls.ts";

/**
 * The thread in which automations run, one run at a time. It has no connection and no lease: it asks the main thread to
 * write, so code that blocks this thread's event loop cannot prevent the lease's renewal.
 */
const port = parentPort;
if (port === null) throw new AppError("This file is the entry of a thread.", { code: ErrorCode.internal });

// Ten frames, the default, may all be those of a library that the automation called.
Error.stackTraceLimit = 30;

const send = (message: FromThread): void => port.postMessage(message);
const calls = new ThreadCalls(send);
let controller = new AbortController();

port.on("message", (message: ToThread) => {
  switch (message.type) {
    case "find":
      void answer(async () => ({ type: "found", registry: await findAutomations(message.options) }));
      return;
    case "run": {
      const current = new AbortController();
      controller = current;
      void answer(async () => ({ type: "finished", outcome: await runLoaded(message.order, current) }));
      return;
    }
    case "abort":
      controller.abort(fromWire(message.reason));
      return;
    case "returned":
    case "refused":
      calls.answer(message);
      return;
    default:
      message satisfies never;
  }
});

async function runLoaded(order: RunOrder, current: AbortController): Promise<RunOutcome | PausedOutcome> {
  const loaded = await loadEntry(order.path);
  if (loaded === undefined) {
    throw new AppError(`${order.path} contains no automation any more.`, {
      code: ErrorCode.runFailed,
      retryable: true,
    });
  }
  return runOrder(order, { automation: loaded.automation, calls, controller: current });
}

async function answer(work: () => Promise<FromThread>): Promise<void> {
  try {
    send(await work());
  } catch (error) {
    send({ type: "interrupted", error: toWire(error) });
  }
}
