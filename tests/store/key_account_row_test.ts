import assert from "node:assert/strict";
import { parseKeyAccountRow } from "../../src/store/key_account_row.ts";

const ROW = {
  ...{ key_hash: "0a".repeat(32), email: "a@x", username: "a" },
  ...{ salt: new Uint8Array(16), pwd_hash: new Uint8Array(32), created_ms: 5 },
};

Deno.test("parseKeyAccountRow() reads a row, with byte strings of its own", () => {
  const salt = new Uint8Array(16);
  const account = parseKeyAccountRow({ ...ROW, salt }, "x.db");
  salt.fill(1);
  assert.deepEqual(account, {
    keyHash: "0a".repeat(32),
    email: "a@x",
    username: "a",
    password: { salt: new Uint8Array(16), hash: new Uint8Array(32) },
    createdAt: new Date(5),
  });
});

// column, broken value
const BROKEN: readonly (readonly [string, unknown])[] = [
  ["key_hash", "0A".repeat(32)],
  ["key_hash", "0a".repeat(31)],
  ["key_hash", null],
  ["email", ""],
  ["email", "x".repeat(256)],
  ["email", 7],
  ["username", ""],
  ["username", "a\u202e"],
  ["salt", new Uint8Array(15)],
  ["salt", "0123456789abcdef"],
  ["pwd_hash", new Uint8Array(64)],
  ["pwd_hash", null],
  ["created_ms", null],
  ["created_ms", "soon"],
  ["created_ms", 9e15],
];

for (const [column, value] of BROKEN) {
  Deno.test(`parseKeyAccountRow() throws DATABASE for ${column} ${JSON.stringify(value)}`, () => {
    assert.throws(() => parseKeyAccountRow({ ...ROW, [column]: value }, "x.db"), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      assert.equal(error.code, "DATABASE");
      assert.doesNotMatch(error.message, /\n|\u202e|0a0a/);
      return true;
    });
  });
}
