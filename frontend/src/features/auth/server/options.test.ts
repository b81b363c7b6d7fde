import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { describe, expect, it } from "vitest";
import { readSettings } from "@/config/settings";
import { authOptions } from "./options";

const settings = readSettings({ BETTER_AUTH_SECRET: "s".repeat(32), AUTH_DATABASE_URL: "postgresql://unused" });

function signUp(name: string): Promise<Response> {
  const tables = { user: [], session: [], account: [], verification: [], jwks: [], rateLimit: [] };
  const auth = betterAuth({ ...authOptions(settings), database: memoryAdapter(tables) });
  const body = JSON.stringify({ name, email: "ann@example.com", password: "long enough" });
  const headers = { "Content-Type": "application/json", Origin: settings.baseUrl };
  return auth.handler(new Request(`${settings.baseUrl}/api/auth/sign-up/email`, { method: "POST", headers, body }));
}

describe("signing up", () => {
  it.each(["Ann", "عائشہ", "Zoë 🌱"])("takes the name %s", async (name) => {
    expect((await signUp(name)).status).toBe(200);
  });

  it.each(["a\0b", "a\u001bb", "a\ud800", "a".repeat(501)])("refuses the name %j by its field", async (name) => {
    const response = await signUp(name);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/^name: /) });
  });
});
