import type { RequestHandler } from "express";

/** `//kickoff` is `/kickoff`: clients join a base URL that ends in a slash with a path that begins with one. */
export const cleanPath: RequestHandler = (request, _response, next) => {
  const question = request.url.indexOf("?");
  const path = question < 0 ? request.url : request.url.slice(0, question);
  if (path.includes("//")) {
    request.url = path.replaceAll(/\/{2,}/g, "/") + (question < 0 ? "" : request.url.slice(question));
  }
  next();
};
