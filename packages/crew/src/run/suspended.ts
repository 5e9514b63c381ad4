/** Thrown where a run waits for a person: it unwinds without closing anything, and goes on when the answer is there. */
export class Suspended extends Error {
  override readonly name: string = "Suspended";
  /** Journal path that the answer will be written to. */
  readonly path: string;

  constructor(path: string) {
    super(`waiting for an answer at ${path}`);
    this.path = path;
  }
}
