import { parentPort } from "node:worker_threads";
import { AppError, ErrorCode, type PausedOutcome, type RunOutcome } from "@crewstream/contracts";
import { ExecutionWriter } from "../execution-writer.ts";
import { outcomeFields } from "../outcome-fields.ts";
import { ProgressTracker } from "../progress.ts";
import { findAutomations, loadEntry } from "../registry.ts";
import { fromWire, toWire, type FromThread, type RunOrder, type ThreadStep, type ToThread } from "./protocol.ts";

/**
 * The thread in which automations run, one run at a time. It has no connection and no lease: what it wants written it
 * asks of the main thread, so code that blocks this thread's event loop cannot take the lease's renewal with it.
 */
const port = parentPort;
if (port === null) throw new AppError("This file is the entry of a thread.", { code: ErrorCode.internal });

const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
let steps = 0;
let controller = new AbortController();

port.on("message", (message: ToThread) => {
  switch (message.type) {
    case "find":
      void answer(async () => ({ type: "found", registry: await findAutomations(message.dir) }));
      return;
    case "run":
      void run(message.order);
      return;
    case "abort":
      controller.abort(fromWire(message.reason));
      return;
    case "appended":
      waiting.get(message.step)?.resolve();
      waiting.delete(message.step);
      return;
    case "append_failed":
      waiting.get(message.step)?.reject(fromWire(message.error));
      waiting.delete(message.step);
      return;
    default:
      message satisfies never;
  }
});

function send(message: FromThread): void {
  port?.postMessage(message);
}

function append(step: ThreadStep): Promise<void> {
  steps += 1;
  const id = steps;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ type: "append", id, step });
  });
}

async function run(order: RunOrder): Promise<void> {
  controller = new AbortController();
  const { signal } = controller;
  await answer(async () => ({ type: "finished", outcome: await runToEnd(order, signal) }));
}

async function answer(work: () => Promise<FromThread>): Promise<void> {
  try {
    send(await work());
  } catch (error) {
    send({ type: "interrupted", error: toWire(error) });
  }
}

async function runToEnd(order: RunOrder, signal: AbortSignal): Promise<RunOutcome | PausedOutcome> {
  const loaded = await loadEntry(order.path);
  if (loaded === undefined) {
    throw new AppError(`${order.path} holds no automation any more.`, { code: ErrorCode.runFailed, retryable: true });
  }
  const progress = new ProgressTracker(order.kind);
  const writer = new ExecutionWriter({
    executionId: order.executionId,
    seq: order.seq,
    knownIds: order.knownIds,
    journal: order.journal,
    maxEventBytes: order.maxEventBytes,
    append,
    observe: (event) => progress.observe(event, Date.now()),
  });
  const outcome = await loaded.automation.run({
    executionId: order.executionId,
    automation: order.automation,
    inputs: order.inputs,
    sink: writer,
    journal: writer,
    signal,
    now: () => new Date(),
    defaultModel: order.defaultModel,
    env: order.env,
  });
  writer.setFields(outcomeFields(outcome, Date.now()));
  await writer.flush();
  return outcome;
}
