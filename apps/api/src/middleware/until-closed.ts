import type { Response } from "express";
import type { ApiContext } from "../api-context.ts";

/** Aborts when the client has disconnected or the process stops: for responses that are held open. */
export function untilClosed({ stopping }: Pick<ApiContext, "stopping">, response: Response): AbortSignal {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  return AbortSignal.any([closed.signal, stopping]);
}
