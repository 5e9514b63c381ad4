import { Buffer } from "node:buffer";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { bodyTooLarge } from "./delivery.ts";
import { BodyError } from "./errors.ts";

/** What is needed of a request of Node's, Express's or a relative's: any of them fits. */
export interface NodeRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Set by a body parser that ran before. */
  body?: unknown;
  /** Set by hosts that parse the body themselves and keep the bytes (Google Cloud Functions). */
  rawBody?: unknown;
  readableEnded: boolean;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  pause(): unknown;
}

/**
 * The body as it came: kept by the host, left raw by a parser (`express.raw()`), or read from the request now.
 * Rejects with `BodyError` when it is too large or cut off, and with an AppError `configuration` when a parser has
 * already eaten it: what `JSON.stringify` would make of it are other bytes than those that were signed.
 */
export async function rawBody(request: NodeRequest, maxBytes: number): Promise<string | Uint8Array> {
  for (const kept of [request.rawBody, request.body]) {
    if (typeof kept === "string" || kept instanceof Uint8Array) return kept;
  }
  if (request.readableEnded) {
    throw new AppError(
      "The body was parsed before the receiver saw it: mount the receiver before express.json(), or parse its path with express.raw({ type: '*/*' }).",
      { code: ErrorCode.configuration },
    );
  }
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  return await readBody(request, maxBytes);
}

function readBody(request: NodeRequest, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on("data", (chunk) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      // Paused, not destroyed: the answer still has to go out on this connection.
      request.pause();
      reject(bodyTooLarge(maxBytes));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new BodyError("The request was cut off.")));
  });
}
