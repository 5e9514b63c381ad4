import type { RequestHandler } from "express";

/** `//kickoff` is `/kickoff`: clients join a base URL with a trailing slash and a path with a leading one. */
export const cleanPath: RequestHandler = (request, _response, next) => {
  const question = request.url.indexOf("?");
  const path = question < 0 ? request.url : request.url.slice(0, question);
  if (path.includes("//")) {
    request.url = path.replaceAll(/\/{2,}/g, "/") + (question < 0 ? "" : request.url.slice(question));
  }
  next();
};
