import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { AppError, ErrorCode, signingSecretPrefix } from "@crewstream/contracts";
import { splitList } from "@crewstream/service";
import { z } from "zod";
import { writePrivateFile } from "./private-files.ts";

/** The secrets of a deployment, by the names of their environment variables. */
export const secretsSchema = z.object({
  API_TOKENS: z.string().min(1),
  ENCRYPTION_KEY: z.string().min(1),
  WEBHOOK_SIGNING_SECRET: z.string().startsWith(signingSecretPrefix),
});
export type Secrets = z.output<typeof secretsSchema>;

/** New secrets: a token of 32 random bytes (base64url), a key of 32 bytes (base64), a Standard Webhooks secret of 32 bytes. */
export function generateSecrets(): Secrets {
  return {
    API_TOKENS: `cs_${randomBytes(32).toString("base64url")}`,
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    WEBHOOK_SIGNING_SECRET: signingSecretPrefix + randomBytes(32).toString("base64"),
  };
}

/** A new password for a private Redis: 24 random bytes in hexadecimal, which needs no quoting anywhere. */
export function generatePassword(): string {
  return randomBytes(24).toString("hex");
}

/**
 * The secrets stored in a file, generated on the first call. Those in the environment take precedence and are not stored.
 * @throws AppError `configuration` if the file is damaged: new secrets would make existing encrypted data unreadable
 */
export async function keepSecrets(path: string, env: Readonly<Record<string, string | undefined>>): Promise<Secrets> {
  const given = Object.fromEntries(
    Object.keys(secretsSchema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  return { ...((await readSecrets(path)) ?? (await createSecrets(path))), ...given };
}

async function createSecrets(path: string): Promise<Secrets> {
  const secrets = generateSecrets();
  await writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

async function readSecrets(path: string): Promise<Secrets | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch {
    throw new AppError(
      `${path} is damaged. Restore it from a backup, or delete it to get new secrets, ` +
        "after which existing webhook secrets can no longer be decrypted.",
      { code: ErrorCode.configuration },
    );
  }
}

/** The first token of an `API_TOKENS` list, whose entries are `token` or `name:token:scopes`. */
export function firstToken(list: string): string {
  return tokenOf(splitList(list)[0]);
}

/** The oldest token of a list: after a rotation, the one that a server knows before and after its restart. */
export function oldestToken(list: string): string {
  return tokenOf(splitList(list).at(-1));
}

function tokenOf(entry = ""): string {
  const parts = entry.split(":");
  return parts[1] ?? parts[0] ?? "";
}
