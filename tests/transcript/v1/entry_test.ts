import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeEntry, LINE_MAX_CHARS, parseEntry } from "../../../src/transcript/v1/entry.ts";

const HEX = "ab".repeat(32);

/** Lines that are no entry: the line, and what is wrong with it. */
const BROKEN: readonly (readonly [string, string])[] = [
  ["", "empty"],
  [`1|2|AA==|AQ==`, "four fields"],
  [`1|2|AA==|AQ==|${HEX}|`, "six fields"],
  [`|2|AA==|AQ==|${HEX}`, "no seqno"],
  [`0|2|AA==|AQ==|${HEX}`, "seqno 0"],
  [`01|2|AA==|AQ==|${HEX}`, "leading zero"],
  [`+1|2|AA==|AQ==|${HEX}`, "plus sign"],
  [`-1|2|AA==|AQ==|${HEX}`, "minus sign"],
  [` 1|2|AA==|AQ==|${HEX}`, "space"],
  [`1e3|2|AA==|AQ==|${HEX}`, "exponent"],
  [`1.0|2|AA==|AQ==|${HEX}`, "fraction"],
  [`0x1|2|AA==|AQ==|${HEX}`, "hexadecimal"],
  [`١|2|AA==|AQ==|${HEX}`, "digit of another script"],
  [`9007199254740992|2|AA==|AQ==|${HEX}`, "seqno 2^53"],
  [`1|9007199254740992|AA==|AQ==|${HEX}`, "timestamp 2^53"],
  [`1|02|AA==|AQ==|${HEX}`, "leading zero of the timestamp"],
  [`1|2||AQ==|${HEX}`, "no ciphertext"],
  [`1|2|AA|AQ==|${HEX}`, "ciphertext without padding"],
  [`1|2|AB==|AQ==|${HEX}`, "ciphertext with stray bits"],
  [`1|2|A A==|AQ==|${HEX}`, "ciphertext with a space"],
  [`1|2|AA==|A_==|${HEX}`, "signature in base64url"],
  [`1|2|AA==||${HEX}`, "no signature"],
  [`1|2|AA==|AQ==|${HEX.toUpperCase()}`, "fingerprint in upper case"],
  [`1|2|AA==|AQ==|${HEX.slice(1)}`, "fingerprint too short"],
  [`1|2|AA==|AQ==|${HEX}0`, "fingerprint too long"],
  [`1|2|AA==|AQ==|${HEX}\r`, "carriage return"],
  [`1|2|${"A".repeat(LINE_MAX_CHARS)}|AQ==|${HEX}`, "too long"],
];

for (const [line, what] of BROKEN) {
  Deno.test(`parseEntry() rejects an entry with FORMAT: ${what}`, () => {
    assert.throws(() => parseEntry(line), { code: "FORMAT" });
  });
}

Deno.test("parseEntry() accepts the limits of both integers", () => {
  const record = parseEntry(`9007199254740991|0|AA==|AQ==|${HEX}`);
  assert.deepEqual([record.seqno, record.ts], [Number.MAX_SAFE_INTEGER, 0]);
});

Deno.test("encodeEntry() and parseEntry() are inverses", () => {
  const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => bytes.toBase64());
  const records = fc.record({
    seqno: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    ts: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    ct: base64,
    sig: base64,
    peerFingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex()),
  }, { noNullPrototype: true });
  fc.assert(fc.property(records, (record) => {
    assert.deepEqual(parseEntry(encodeEntry(record)), record);
  }));
});

Deno.test("encodeEntry() rejects what would make another line, with FORMAT", () => {
  const record = { seqno: 1, ts: 2, ct: "AA==", sig: "AQ==", peerFingerprint: HEX };
  const wrong = [{ ct: "AA==|AA==" }, { sig: "AQ==\n" }, { seqno: 1.5 }, { ts: -1 }, {
    seqno: NaN,
  }];
  for (const change of wrong) {
    assert.throws(() => encodeEntry({ ...record, ...change }), { code: "FORMAT" });
  }
});
