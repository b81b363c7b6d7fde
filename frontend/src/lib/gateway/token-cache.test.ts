import { describe, expect, it, vi } from "vitest";
import { TokenCache } from "./token-cache";

const MINUTE = 60_000;

function at(start = 0) {
  const clock = { now: start };
  return { clock, cache: new TokenCache(2, () => clock.now) };
}

const minting = (token: string, expiresAt: number) => vi.fn(async () => ({ token, expiresAt }));

describe("TokenCache", () => {
  it("mints once and then remembers until a minute before the end", async () => {
    const { cache, clock } = at();
    const mint = minting("a", 15 * MINUTE);
    await cache.get("s", mint);
    clock.now = 14 * MINUTE - 1;
    expect(await cache.get("s", mint)).toBe("a");
    expect(mint).toHaveBeenCalledTimes(1);
    clock.now = 14 * MINUTE;
    await cache.get("s", mint);
    expect(mint).toHaveBeenCalledTimes(2);
  });

  it("mints once for requests that come together", async () => {
    const { cache } = at();
    const mint = minting("a", 15 * MINUTE);
    expect(await Promise.all([cache.get("s", mint), cache.get("s", mint)])).toEqual(["a", "a"]);
    expect(mint).toHaveBeenCalledTimes(1);
  });

  it("remembers no session that is over, and no fault", async () => {
    const { cache } = at();
    expect(await cache.get("s", async () => undefined)).toBeUndefined();
    await expect(cache.get("s", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await cache.get("s", minting("a", 15 * MINUTE))).toBe("a");
  });

  it("lets the session go that was unused longest", async () => {
    const { cache } = at();
    await cache.get("s1", minting("1", 15 * MINUTE));
    await cache.get("s2", minting("2", 15 * MINUTE));
    await cache.get("s1", minting("-", 15 * MINUTE));
    await cache.get("s3", minting("3", 15 * MINUTE));
    expect(cache.size).toBe(2);
    const again = minting("2b", 15 * MINUTE);
    expect(await cache.get("s2", again)).toBe("2b");
    expect(again).toHaveBeenCalled();
  });

  it("mints again after it was told to forget", async () => {
    const { cache } = at();
    await cache.get("s", minting("a", 15 * MINUTE));
    cache.forget("s");
    expect(await cache.get("s", minting("b", 15 * MINUTE))).toBe("b");
  });

  it("keeps no token that was being minted when its session ended", async () => {
    const { cache } = at();
    let minted!: (token: { token: string; expiresAt: number }) => void;
    const underway = cache.get("s", () => new Promise((resolve) => (minted = resolve)));
    cache.forget("s");
    minted({ token: "a", expiresAt: 15 * MINUTE });
    await underway;
    const again = vi.fn(async () => undefined);
    expect(await cache.get("s", again)).toBeUndefined();
    expect(again).toHaveBeenCalled();
  });
});
