import { createHash } from "node:crypto";
import { z } from "zod";

const dimensions = 256;
const askedSchema = z.looseObject({
  input: z.union([z.string(), z.array(z.union([z.string(), z.number(), z.array(z.number())]))]),
  encoding_format: z.string().nullish(),
});

/** Embeddings without a model: each word counts in a dimension of its own, so texts that share words are similar. */
export function offlineEmbeddings(body: unknown): object {
  const { input, encoding_format: format } = askedSchema.parse(body);
  const texts = typeof input === "string" ? [input] : input.map((each) => (typeof each === "string" ? each : ""));
  const data = texts.map((text, index) => {
    const vector = embed(text);
    const embedding = format === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index, embedding };
  });
  const tokens = texts.join(" ").split(/\s+/).length;
  return { object: "list", model: "offline/demo", data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

function embed(text: string): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const place = createHash("sha1").update(word).digest().readUInt32LE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
