/**
 * A value that is never printed by accident: template strings, JSON and loggers show `[secret]`. Only `reveal()` returns
 * it, so a search for `.reveal(` lists every place where a secret leaves the configuration.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
