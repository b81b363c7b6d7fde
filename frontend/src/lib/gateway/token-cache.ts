/** A token minted for a session, and when it ends (ms since the epoch). */
export interface Minted {
  readonly token: string;
  readonly expiresAt: number;
}

export type Mint = () => Promise<Minted | undefined>;

const RENEW_BEFORE_MS = 60_000;

/**
 * Tokens by session cookie, so that a request costs no database round trip. Bounded: the session unused
 * longest goes first. Only derived data; losing it costs one mint.
 */
export class TokenCache {
  readonly #tokens = new Map<string, Minted>();
  readonly #pending = new Map<string, Promise<Minted | undefined>>();

  constructor(
    private readonly limit = 10_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** The session's token, minted at most once at a time; undefined when the session is not valid. */
  async get(session: string, mint: Mint): Promise<string | undefined> {
    const known = this.#tokens.get(session);
    if (known && known.expiresAt - RENEW_BEFORE_MS > this.now()) {
      this.#remember(session, known);
      return known.token;
    }
    let pending = this.#pending.get(session);
    if (!pending) {
      pending = mint().finally(() => this.#pending.delete(session));
      this.#pending.set(session, pending);
    }
    const minted = await pending;
    if (minted) this.#remember(session, minted);
    else this.forget(session);
    return minted?.token;
  }

  forget(session: string): void {
    this.#tokens.delete(session);
  }

  get size(): number {
    return this.#tokens.size;
  }

  #remember(session: string, minted: Minted): void {
    // Re-inserting moves the key to the end: a Map's order is then the order of use.
    this.#tokens.delete(session);
    this.#tokens.set(session, minted);
    if (this.#tokens.size > this.limit) this.#tokens.delete(this.#tokens.keys().next().value!);
  }
}
