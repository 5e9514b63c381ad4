/** Reads that are under way; who asks for the same meanwhile gets the same answer. */
export class SharedReads {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param key names what is read: two reads with one key have one answer */
  read<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const known = this.#underWay.get(key) as Promise<Answer> | undefined;
    if (known !== undefined) return known;
    const reading = read().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }
}
