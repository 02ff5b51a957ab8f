/** Whatever arrives, the outcome is a value or a code of the table: never a crash. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ChatError } from "../../../src/errors.ts";
import { parseHead } from "../../../src/protocol/v2/head.ts";
import { MESSAGES, type MessageType, parseMessage } from "../../../src/protocol/v2/messages.ts";
import { parseStatement } from "../../../src/protocol/v2/statement.ts";
import { chooseVersion } from "../../../src/protocol/v2/version.ts";
import { readVectors } from "../../testkit/protocol2_vectors.ts";

const TYPES = Object.keys(MESSAGES) as MessageType[];
const utf8 = new TextEncoder();

const PARSERS = [
  parseHead,
  parseStatement,
  (bytes: Uint8Array) => parseMessage(bytes, TYPES),
  (bytes: Uint8Array) => chooseVersion(bytes, [1, 2]),
] as const;

/** Texts of objects from the vectors: what is nearly right gets furthest. */
function seeds(): readonly string[] {
  return ["statements", "heads", "messages"].flatMap((area) => {
    const vectors = JSON.parse(readVectors(area)) as readonly {
      readonly input: { readonly stmt?: string; readonly head?: string; readonly body?: string };
    }[];
    return vectors.map(({ input }) => input.stmt ?? input.head ?? input.body ?? "");
  }).filter((text) => text.length > 0 && text.length < 4096);
}

function requireOutcome(bytes: Uint8Array): void {
  for (const parse of PARSERS) {
    try {
      parse(bytes);
    } catch (error) {
      assert.ok(error instanceof ChatError && error.code !== "INTERNAL", String(error));
      assert.doesNotMatch(error.message, /\p{Cc}/u);
    }
  }
}

Deno.test("parsers of protocol 2 end with a value or a code, for vectors with bytes changed", () => {
  const texts = seeds();
  assert.ok(texts.length > 40);
  const edit = fc.record({ at: fc.nat(4096), byte: fc.nat(255), cut: fc.nat(3) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { maxLength: 4 }), (text, edits) => {
      let bytes = utf8.encode(text);
      for (const { at, byte, cut } of edits) {
        const index = at % bytes.length;
        const tail = bytes.subarray(Math.min(bytes.length, index + cut));
        bytes = new Uint8Array([...bytes.subarray(0, index), byte, ...tail]);
      }
      requireOutcome(bytes);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parsers of protocol 2 end with a value or a code, for any bytes and any JSON", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), requireOutcome));
  fc.assert(fc.property(fc.json(), (text) => requireOutcome(utf8.encode(text))));
  const types = fc.constantFrom(...TYPES);
  fc.assert(fc.property(types, fc.dictionary(fc.string(), fc.jsonValue()), (type, members) => {
    requireOutcome(utf8.encode(JSON.stringify({ ...members, type })));
  }));
});
