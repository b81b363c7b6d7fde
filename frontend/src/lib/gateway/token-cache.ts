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
    const pending = this.#pending.get(session) ?? mint();
    this.#pending.set(session, pending);
    const wanted = () => this.#pending.get(session) === pending;
    try {
      const minted = await pending;
      if (wanted()) {
        if (minted) this.#remember(session, minted);
        else this.#tokens.delete(session);
      }
      return minted?.token;
    } finally {
      if (wanted()) this.#pending.delete(session);
    }
  }

  /** Also a token that is being minted for it is not kept: the session may have ended meanwhile. */
  forget(session: string): void {
    this.#tokens.delete(session);
    this.#pending.delete(session);
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
