import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { z } from "zod";
import { loadConfig, unneededSecrets } from "./config/load.ts";
import { withSecretFiles } from "./config/secret-files.ts";
import { summarize } from "./config/summary.ts";
import { environment, takeEnvironment } from "./env.ts";
import { createLogger, type Logger } from "./telemetry/logger.ts";
import type { Tracing } from "./telemetry/tracing.ts";
import { openTracing } from "./telemetry/open-tracing.ts";

/** Exit code for a configuration error that a restart will not fix (`EX_CONFIG` of sysexits.h); supervisors stop on it. */
export const exitConfiguration = 78;

export interface ServiceContext {
  log: Logger;
  /** Aborts when shutdown begins: a start that is still waiting for something gives up. */
  stopRequested: AbortSignal;
  /** Aborts `SHUTDOWN_TIMEOUT_MS` after shutdown began: work that is still running is aborted. */
  deadline: AbortSignal;
  /** Undefined if tracing is off. */
  tracing?: Tracing | undefined;
}

/** A started service; disposing it stops intake, drains, and closes what it opened, in reverse order. */
export interface RunningService extends AsyncDisposable {
  /** Fields of the `NAME.ready` log line, such as the port. */
  facts: Record<string, unknown>;
}

interface ServiceConfig {
  LOG_LEVEL: string;
  SHUTDOWN_TIMEOUT_MS: number;
}

/**
 * The life cycle of a process: configuration, start, one `NAME.ready` line, shutdown on SIGTERM, SIGINT or the loss of its
 * supervisor. A second signal, or a drain that exceeds its deadline by two seconds, ends the process with code 1.
 */
export async function runService<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  start: (config: z.output<Schema>, context: ServiceContext) => Promise<RunningService>,
): Promise<void> {
  keepDebuggerClosed();
  const boot = createLogger({ name, level: environment()["LOG_LEVEL"] ?? "info" });
  const stop = new AbortController();
  try {
    const env = withSecretFiles(takeEnvironment());
    const config = loadConfig(schema, env);
    const { LOG_LEVEL, SHUTDOWN_TIMEOUT_MS } = config as unknown as ServiceConfig;
    const log = createLogger({ name, level: LOG_LEVEL });
    log.info({ config: summarize(config), pid: process.pid }, `${name}.starting`);
    const unneeded = unneededSecrets(env, schema);
    if (unneeded.length > 0) log.warn({ variables: unneeded }, `${name}.unneeded_secrets`);
    const deadline = new AbortController();
    const tracing = await openTracing(`crewstream-${name}`, log, env);
    const service = start(config, { log, deadline: deadline.signal, stopRequested: stop.signal, tracing });
    stopOnSignal({ name, log, service, tracing, stop, deadline, timeoutMs: SHUTDOWN_TIMEOUT_MS });
    const { facts } = await service;
    if (!stop.signal.aborted) log.info(facts, `${name}.ready`);
  } catch (error) {
    // An interrupted start has already closed what it had opened.
    if (stop.signal.aborted) return;
    const configuration = AppError.is(error, ErrorCode.configuration);
    boot.fatal(configuration ? { reason: error.message } : { err: error }, `${name}.start_failed`);
    process.exit(configuration ? exitConfiguration : 1);
  }
}

/**
 * Without a listener, SIGUSR1 opens Node's debugger on a loopback port, through which another process of the same user, such
 * as an automation's tool, could read this one's memory.
 */
export function keepDebuggerClosed(): void {
  process.on("SIGUSR1", () => undefined);
}

interface StopOptions {
  name: string;
  log: Logger;
  /** May still be starting. */
  service: Promise<RunningService>;
  tracing: Tracing | undefined;
  stop: AbortController;
  deadline: AbortController;
  timeoutMs: number;
}

function stopOnSignal({ name, log, service, tracing, stop, deadline, timeoutMs }: StopOptions): void {
  const begin = (reason: string) => {
    if (stop.signal.aborted) {
      log.warn({ reason }, `${name}.forced`);
      process.exit(1);
    }
    log.info({ reason, timeoutMs }, `${name}.stopping`);
    const shutdown = new AppError("The process is shutting down.", { code: ErrorCode.shutdown, retryable: true });
    stop.abort(shutdown);
    setTimeout(() => deadline.abort(shutdown), timeoutMs).unref();
    const cutOff = (): void => {
      log.error({ timeoutMs }, `${name}.cut_off`);
      process.exit(1);
    };
    setTimeout(cutOff, timeoutMs + 2000).unref();
    void close(service, tracing, deadline.signal).then(
      () => {
        log.info({}, `${name}.stopped`);
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, `${name}.stop_failed`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => begin("SIGTERM"));
  process.on("SIGINT", () => begin("SIGINT"));
  // A child of `crewstream start` must not outlive it, even if it was killed.
  if (environment()["CREWSTREAM_SUPERVISED"] === "1") process.on("disconnect", () => begin("supervisor gone"));
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error, message: errorMessage(error) }, `${name}.unhandled_rejection`);
    process.exit(1);
  });
}

/** The spans of drained work are exported last. */
async function close(
  starting: Promise<RunningService>,
  tracing: Tracing | undefined,
  deadline: AbortSignal,
): Promise<void> {
  const service = await starting.catch(() => undefined);
  await service?.[Symbol.asyncDispose]();
  await tracing?.close(deadline);
}
