import openapiTS, { astToString } from "openapi-typescript";

/**
 * The types of a client for an OpenAPI document, as `openapi-typescript` writes them. Here rather than where it is used,
 * because the generator needs an older TypeScript than the project has, and this workspace brings it.
 */
export async function generateTypes(document: object): Promise<string> {
  return astToString(await openapiTS(JSON.stringify(document)));
}
