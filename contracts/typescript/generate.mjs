// Reads {schema, banner} on standard input, writes one TypeScript module of all its definitions.
import { text } from "node:stream/consumers";
import { compile } from "json-schema-to-typescript";

const { schema, banner } = JSON.parse(await text(process.stdin));
// A root that names every definition, because only what is reachable is written out in order.
const root = {
  title: "Contracts",
  type: "object",
  additionalProperties: false,
  required: Object.keys(schema.$defs),
  properties: Object.fromEntries(
    Object.keys(schema.$defs).map((name) => [name, { $ref: `#/$defs/${name}` }]),
  ),
  $defs: schema.$defs,
};
const options = { bannerComment: `/* ${banner} */`, additionalProperties: false };
process.stdout.write(await compile(root, "Contracts", options));
