// Prints the private key (JWK) of the session tokens: tests sign with it what nobody may accept.
// Standard input: {"secret": BETTER_AUTH_SECRET, "data": the key as the database has it}.
import { symmetricDecrypt } from "better-auth/crypto";
import { json } from "node:stream/consumers";

const { secret, data } = await json(process.stdin);
process.stdout.write(await symmetricDecrypt({ key: secret, data: JSON.parse(data) }));
