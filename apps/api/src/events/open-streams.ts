import { AppError, ErrorCode } from "@crewstream/contracts";

/** Seconds after which a client whose stream was rejected may try again. */
const retryAfterSeconds = 10;

/**
 * Counts the responses that this process holds open as Server-Sent Events, so that clients that keep opening them
 * exhaust neither its sockets nor its memory.
 */
export class OpenStreams {
  readonly #perToken: number;
  readonly #limit: number;
  readonly #open = new Map<string, number>();
  #count = 0;

  constructor({ perToken, limit }: { perToken: number; limit: number }) {
    this.#perToken = perToken;
    this.#limit = limit;
  }

  /**
   * A slot for one stream of a token, released when it is disposed.
   * @throws AppError `rate_limited` if the token, or the process, has the maximum
   */
  take(token: string): Disposable {
    const own = this.#open.get(token) ?? 0;
    if (own >= this.#perToken)
      throw tooMany(`The token "${token}" holds ${own} event streams open, which is its limit`);
    if (this.#count >= this.#limit)
      throw tooMany(`This server holds ${this.#count} event streams open, which is its limit`);
    this.#open.set(token, own + 1);
    this.#count += 1;
    return { [Symbol.dispose]: () => this.#giveBack(token) };
  }

  #giveBack(token: string): void {
    const left = (this.#open.get(token) ?? 1) - 1;
    if (left === 0) this.#open.delete(token);
    else this.#open.set(token, left);
    this.#count -= 1;
  }
}

function tooMany(sentence: string): AppError {
  return new AppError(`${sentence}: close one, or read the events as pages.`, {
    code: ErrorCode.rateLimited,
    retryable: true,
    details: { retry_after_seconds: retryAfterSeconds },
  });
}
