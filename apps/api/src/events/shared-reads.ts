/** Reads in progress; concurrent callers with the same key share the result. */
export class SharedReads {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param key identifies what is read: two reads with the same key have the same result */
  read<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const known = this.#underWay.get(key) as Promise<Answer> | undefined;
    if (known !== undefined) return known;
    const reading = read().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }
}
