import { createHash } from "node:crypto";

const dimensions = 64;

/** A vector of a text's words: texts that share words are similar. */
export function wordVector(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    const place = (createHash("md5").update(word).digest()[0] ?? 0) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  return vector;
}

/** OpenAI's response to a request for embeddings. */
export function embeddingsAnswer(body: Readonly<Record<string, unknown>>): object {
  const texts = (Array.isArray(body["input"]) ? body["input"] : [body["input"]]).map(String);
  return {
    object: "list",
    model: body["model"],
    data: texts.map((text, index) => ({ object: "embedding", index, embedding: wordVector(text) })),
    usage: { prompt_tokens: texts.length, total_tokens: texts.length },
  };
}
