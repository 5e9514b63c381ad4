import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Secret } from "./config/secret.ts";

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts and decrypts secrets at rest. */
export interface Cipher {
  /** `v1.KEYID.BASE64URL`: AES-256-GCM under the newest key; `context` is authenticated and required to decrypt. */
  seal(plaintext: string, context: string): string;
  /** @throws AppError `configuration` if the key is not in ENCRYPTION_KEY, or the text was altered or moved. */
  open(ciphertext: string, context: string): string;
}

/**
 * A cipher from `ENCRYPTION_KEY`: the first key encrypts, all of them decrypt. To rotate, put the
 * new key first, and remove the old one when everything it encrypted has expired.
 */
export function createCipher(configured: readonly Secret[]): Cipher {
  const keys = configured.map((key) => parseKey(key.reveal()));
  const newest = keys[0];
  if (newest === undefined) throw badKey();
  const byId = new Map(keys.map((key) => [key.id, key.bytes]));

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", newest.bytes, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
      return `${version}.${newest.id}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url")}`;
    },
    open(ciphertext, context) {
      const [tag, id = "", body = ""] = ciphertext.split(".");
      const bytes = byId.get(id);
      if (tag !== version || bytes === undefined) {
        throw new AppError(`A stored secret was encrypted with key ${id}, which ENCRYPTION_KEY does not list.`, {
          code: ErrorCode.configuration,
        });
      }
      const raw = Buffer.from(body, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", bytes, raw.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(Buffer.from(context))
          .setAuthTag(raw.subarray(nonceBytes, nonceBytes + tagBytes));
        return decipher.update(raw.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw new AppError("A stored secret cannot be decrypted: it was altered or moved.", {
          code: ErrorCode.configuration,
          cause,
        });
      }
    },
  };
}

function parseKey(text: string): { id: string; bytes: Buffer } {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 32) throw badKey();
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

function badKey(): AppError {
  return new AppError("ENCRYPTION_KEY must be base64 of 32 bytes: generate one with `openssl rand -base64 32`.", {
    code: ErrorCode.configuration,
  });
}
