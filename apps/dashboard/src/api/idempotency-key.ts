/** A key for one kickoff. `crypto.randomUUID` is missing on plain HTTP, which teams may well use. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
