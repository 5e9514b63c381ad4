import { hash, timingSafeEqual } from "node:crypto";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { splitList } from "@crewstream/service";

export const scopes = ["kickoff", "read", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** The last scope of a token that is limited to the executions that its own name started. */
export const ownScope = "own";

/** Whose request it is, and what it may do. */
export interface Identity {
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Whether executions of other names are hidden from it. */
  own: boolean;
}

/** A shorter token can be guessed, despite the limit on wrong ones. */
const minLength = 16;

interface StoredToken extends Identity {
  digest: Buffer;
  isShort: boolean;
}

/** The API's bearer tokens, as SHA-256 digests: no token stays in memory longer than the request that sends it. */
export class AccessTokens {
  readonly #tokens: StoredToken[];

  /**
   * @param text `API_TOKENS`: `token` or `name:token` (all scopes), or `name:token:scopes` with scopes joined by `+`,
   * including `own` for a token that sees only what its name started
   * @throws AppError `configuration` that identifies an invalid item by its position, never by its value
   */
  constructor(text: string) {
    const items = splitList(text);
    this.#tokens = items.map(parseToken);
    if (items.length === 0) throw unusable("contains no token");
    const digests = new Set(this.#tokens.map(({ digest }) => digest.toString("hex")));
    if (digests.size < items.length) throw unusable("contains the same token twice");
  }

  /** Positions of tokens, from 1, that are short enough to be guessed. */
  get short(): number[] {
    return this.#tokens.flatMap(({ isShort }, index) => (isShort ? [index + 1] : []));
  }

  /** Whether some tokens cannot see each other's executions. */
  get areSeparate(): boolean {
    return this.#tokens.some(({ own }) => own);
  }

  /** Whom a token belongs to. It is compared with every token, so that the duration reveals nothing about them. */
  identify(token: string): Identity | undefined {
    const digest = sha256(token);
    let found: StoredToken | undefined;
    for (const candidate of this.#tokens) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate;
    }
    return found;
  }
}

function parseToken(item: string, index: number): StoredToken {
  const parts = item.split(":");
  const place = `item ${index + 1}`;
  if (parts.length > 3) throw unusable(`${place} has more than name:token:scopes`);
  const [name, token] = parts.length === 1 ? [`token-${index + 1}`, parts[0]] : parts;
  if (name === undefined || name === "" || token === undefined || token === "") {
    throw unusable(`${place} has an empty name or token`);
  }
  return { name, digest: sha256(token), isShort: token.length < minLength, ...parseScopes(parts[2], place) };
}

function parseScopes(text: string | undefined, place: string): Pick<Identity, "scopes" | "own"> {
  if (text === undefined) return { scopes: new Set(scopes), own: false };
  const names = text.split("+").map((name) => name.trim());
  const known: readonly string[] = [...scopes, ownScope];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unusable(`${place} has the scope "${unknown}"; scopes are ${known.join(", ")}`);
  const given = scopes.filter((scope) => names.includes(scope));
  if (given.length === 0) throw unusable(`${place} has the scope own and none of ${scopes.join(", ")}`);
  return { scopes: new Set(given), own: names.includes(ownScope) };
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function unusable(why: string): AppError {
  return new AppError(
    `API_TOKENS ${why}. It lists token, name:token or name:token:kickoff+read+own, separated by commas.`,
    {
      code: ErrorCode.configuration,
    },
  );
}
