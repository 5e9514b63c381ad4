import { z } from "zod";
import { ignored, key, refused } from "./keys.ts";
import { pythonReference } from "./references.ts";
import { positive, text } from "./values.ts";

const settings = z
  .strictObject({
    model_name: key(text, "The model; `openai`, `azure`, `google`, `amazon-bedrock` and `mistral` have a usual one"),
    model: key(text, "The same as `model_name`"),
    deployment_id: key(text, "The same as `model_name`, for Azure"),
    api_key: key(text, "Key for it; better kept in the environment"),
    base_url: key(text, "Where the provider's API is"),
    api_base: key(text, "The same as `base_url`"),
    url: key(text, "The same as `base_url`, for Ollama"),
    dimensions: key(positive, "Length of the vectors, where the model leaves a choice"),
    task_type: key(text, "What Google's models embed for"),
    default_headers: key(z.record(z.string(), text), "Headers of each request"),
    organization_id: key(text, "OpenAI organisation that is charged"),
    api_version: key(text, "Version of Azure's API; its v1 API, which is called here, has none", ignored),
    api_type: key(text, "Kind of OpenAI's API; the provider says it", ignored),
    session: key(
      z.unknown(),
      "A session of AWS's Python library",
      refused("Python", "set AWS_REGION and AWS_ACCESS_KEY_ID in the environment"),
    ),
  })
  .describe("Settings of an embedder.");

export const embedderObject = z
  .strictObject({
    provider: text
      .min(1)
      .describe("openai, azure, google, amazon-bedrock, ollama, mistral, cohere, openrouter, hosted_vllm"),
    config: key(settings, "Its settings"),
  })
  .describe("A model that tells likeness of meaning.");
export type EmbedderObject = z.infer<typeof embedderObject>;

export const embedder = z.union([embedderObject, pythonReference], {
  error: 'must be an object with "provider" and "config"',
});
export type EmbedderValue = z.infer<typeof embedder>;
