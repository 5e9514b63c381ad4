import { AppError, ErrorCode } from "@crewstream/contracts";
import { splitList, type Environment } from "@crewstream/service";
import { readJson, writePrivateFile } from "./private-files.ts";
import { generateSecrets, secretsSchema, type Secrets } from "./secrets.ts";

export type SecretName = keyof Secrets;

export interface Rotated {
  /** The whole list, the one that signs and encrypts first. */
  value: string;
  /** Whether it was written to the file; false if it comes from the environment. */
  kept: boolean;
}

/** Adds a new secret before those in use: all are accepted, the first one is used. */
export function rotateSecret(name: SecretName, path: string, env: Environment): Promise<Rotated> {
  return change(name, path, env, (list) => [generateSecrets()[name], ...list]);
}

/** Keeps only the newest. What older ones have encrypted or signed is no longer readable or valid. */
export function dropOldSecrets(name: SecretName, path: string, env: Environment): Promise<Rotated> {
  return change(name, path, env, (list) => list.slice(0, 1));
}

async function change(
  name: SecretName,
  path: string,
  env: Environment,
  edit: (list: string[]) => string[],
): Promise<Rotated> {
  const given = env[name];
  const secrets = given ? undefined : await readJson(path, secretsSchema);
  const current = given || secrets?.[name];
  if (!current) {
    throw new AppError(`There is no ${name} to rotate, neither in the environment nor in ${path}.`, {
      code: ErrorCode.invalidInput,
    });
  }
  const value = edit(splitList(current)).join(",");
  if (secrets !== undefined)
    await writePrivateFile(path, `${JSON.stringify({ ...secrets, [name]: value }, null, 2)}\n`);
  return { value, kept: secrets !== undefined };
}
