/** Requests and answers between the bench and its child processes, over Node's IPC channel. */
export type Handlers = Record<string, (params: never) => unknown>;

export interface RequestMessage {
  id: number;
  method: string;
  params: unknown;
}

export type AnswerMessage = { id: number; result: unknown } | { id: number; error: string };

/** Serves requests in a child process until its parent releases it. */
export function serveParent(handlers: Handlers): void {
  process.on("message", (message: RequestMessage) => void answer(handlers, message));
  process.on("disconnect", () => process.exit(0));
}

async function answer(handlers: Handlers, { id, method, params }: RequestMessage): Promise<void> {
  const reply = (message: AnswerMessage): void => void process.send?.(message);
  try {
    const handler = handlers[method];
    if (handler === undefined) throw new Error(`no handler ${method}`);
    reply({ id, result: await handler(params as never) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
