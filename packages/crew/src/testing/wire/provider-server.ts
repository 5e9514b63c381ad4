import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { embeddingsAnswer } from "./embeddings.ts";
import type { Say, Wire } from "./wire.ts";

/**
 * What the server does with one request: respond, reject it with a status, break off in the middle, or never respond.
 */
export type Scripted =
  | Say
  | "hang"
  | { status: number; message: string; headers?: Record<string, string> }
  | "cut"
  | "overloaded";

export interface Asked {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

export interface ProviderServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  asked: Asked[];
  /** What the next requests get, in order. */
  script(wire: Wire, ...answers: Scripted[]): void;
  /** What each request gets, by its content; if undefined for embeddings, those are returned. */
  answer(wire: Wire, by: (asked: Asked) => Scripted | undefined): void;
}

/**
 * A provider on loopback: real HTTP, in the given format. Embeddings in OpenAI's format are returned without a script.
 */
export async function providerServer(): Promise<ProviderServer> {
  const asked: Asked[] = [];
  let wire: Wire | undefined;
  let next: (asked: Asked) => Scripted | undefined = () => undefined;
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (chunk: Buffer) => body.push(chunk));
    request.on("end", () => {
      const one = askedBy(request, Buffer.concat(body).toString());
      asked.push(one);
      const answer = next(one);
      if (answer === "hang") return;
      if (answer === undefined && one.path.endsWith("/embeddings")) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(embeddingsAnswer(one.body)));
        return;
      }
      if (wire === undefined || answer === undefined) response.writeHead(400).end("nothing left to say");
      else reply(response, wire, answer, wire.streams(one));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    script(spoken, ...answers) {
      wire = spoken;
      next = ({ path }) => (path.endsWith("/embeddings") ? undefined : answers.shift());
      asked.length = 0;
    },
    answer(spoken, by) {
      wire = spoken;
      next = by;
      asked.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function askedBy({ url = "", headers }: IncomingMessage, text: string): Asked {
  return { path: url, headers, body: JSON.parse(text || "{}") as Record<string, unknown> };
}

function reply(response: ServerResponse, wire: Wire, answer: Exclude<Scripted, "hang">, streamed: boolean): void {
  const json = { "content-type": "application/json" };
  if (answer === "cut" || answer === "overloaded") {
    response.writeHead(200, { "content-type": wire.contentType });
    // The first chunks of a response, up to and including its first words.
    const pieces = wire.stream({ text: "The an" });
    const begun = pieces.slice(0, pieces.findIndex((piece) => piece.toString().includes("The")) + 1);
    for (const piece of begun.slice(0, -1)) response.write(piece);
    response.write(begun.at(-1), () => void (answer === "cut" ? response.destroy() : response.end(wire.overloaded)));
  } else if ("status" in answer) {
    response.writeHead(answer.status, { ...json, ...answer.headers }).end(JSON.stringify(wire.refusal(answer.message)));
  } else if (streamed) {
    response.writeHead(200, { "content-type": wire.contentType });
    for (const piece of wire.stream(answer)) response.write(piece);
    response.end();
  } else {
    response.writeHead(200, json).end(JSON.stringify(wire.whole(answer)));
  }
}
