import { headers } from "next/headers";
import { authentication } from "./auth";

export interface CurrentUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Who the page is made for; undefined for nobody. Checked against the database, not only the cookie. */
export async function currentUser(): Promise<CurrentUser | undefined> {
  const session = await authentication().auth.api.getSession({ headers: await headers() });
  return session ? { id: session.user.id, name: session.user.name, email: session.user.email } : undefined;
}
