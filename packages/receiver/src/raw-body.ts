import { Buffer } from "node:buffer";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { bodyTooLarge } from "./delivery.ts";
import { BodyError } from "./errors.ts";

/** The parts of a Node or Express request that are needed. */
export interface NodeRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Set by an earlier body parser. */
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
 * The raw body: kept by the host, left raw by a parser (`express.raw()`), or read from the request now. Rejects with
 * `BodyError` if it is too large or cut off, and with an AppError `configuration` if a parser has already consumed it:
 * `JSON.stringify` would not restore the bytes that were signed.
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
      // Paused, not destroyed: the response still has to be sent on this connection.
      request.pause();
      reject(bodyTooLarge(maxBytes));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new BodyError("The request was cut off.")));
  });
}
