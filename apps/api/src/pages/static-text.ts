import { readFileSync } from "node:fs";
import type { RequestHandler } from "express";

/** Serves a text file, read once. */
export function staticText(file: URL, type: string): RequestHandler {
  const text = readFileSync(file, "utf8");
  return (_request, response) => {
    response.type(type).send(text);
  };
}
