import { createAuthClient } from "better-auth/react";

/** Sign-in from the browser, against this origin's /api/auth. */
export const authClient = createAuthClient();
