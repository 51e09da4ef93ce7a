// node check.mjs DOCUMENT ANSWERS: the document must be valid, and every {schema, value} of the answers must fit its schema.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [document, answers] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
const problems = [];
const { valid, errors } = await new Validator().validate(structuredClone(document));
if (!valid) problems.push({ document: errors });

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: "http://api/" });
for (const { schema, value } of answers) {
  const check = ajv.compile({ $ref: `http://api/#/components/schemas/${schema}` });
  if (!check(value)) problems.push({ schema, errors: check.errors, value });
}

console.log(JSON.stringify(problems, null, 1));
process.exit(problems.length === 0 ? 0 : 1);
