import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../../src/bytes/printable.ts";
import { MESSAGES, type MessageType, parseMessage } from "../../../src/protocol/v1/messages.ts";

const ALL = Object.keys(MESSAGES) as readonly MessageType[];
const encoder = new TextEncoder();
const NONCE = "AAAAAAAAAAAAAAAAAAAAAA==";
const HASH = `${"A".repeat(43)}=`;
const HEX = "0".repeat(64);

const GOOD = {
  hello: { type: "hello", client_cert: "PEM", nonce: NONCE },
  server_hello: { type: "server_hello", server_cert: "PEM", nonce: NONCE },
  dh_client: { type: "dh_client", g: 2, p: 23, A: 8 },
  dh_server: { type: "dh_server", B: 8 },
  encrypted: { type: "encrypted", ct: "AA==" },
  register: { type: "register", email: "a@x", username: "a", pwd: HASH, salt: NONCE },
  login: { type: "login", email: "a@x", pwd: HASH, nonce: NONCE },
  salt_request: { type: "salt_request", email: "a@x" },
  salt: { type: "salt", salt: NONCE },
  status: { type: "status", status: "OK", message: null },
  msg: { type: "msg", seqno: 1, ts: 0, ct: "AA==", sig: "AA==" },
  receipt: {
    type: "receipt",
    peer: "client",
    first_seq: 0,
    last_seq: 0,
    transcript_sha256: HEX,
    sig: "AA==",
  },
} as const satisfies Record<MessageType, object>;

function parse(message: object): unknown {
  return parseMessage(encoder.encode(JSON.stringify(message)), ALL);
}

Deno.test("parseMessage() accepts one message of each type", () => {
  for (const type of ALL) assert.ok(parse(GOOD[type]), type);
});

Deno.test("parseMessage() drops members that it does not know, and a missing status text", () => {
  assert.deepEqual(parse({ ...GOOD.salt, extra: 1 }), GOOD.salt);
  assert.deepEqual(parse({ type: "status", status: "OK" }), { type: "status", status: "OK" });
});

Deno.test("parseMessage() refuses a message of which a member is missing or of another type", () => {
  for (const type of ALL) {
    for (const name of Object.keys(GOOD[type])) {
      if (name === "type" || name === "message") continue;
      for (const value of [undefined, null, {}, [], true, "", -1, 1.5, "\x00|"]) {
        if (type === "status" && typeof value === "string") continue;
        if (type.endsWith("hello") && name.endsWith("cert") && typeof value === "string") continue;
        if (type.startsWith("dh_") && value === -1) continue; // its range is checked by the group
        const message = { ...GOOD[type], [name]: value };
        assert.throws(() => parse(message), { code: "FORMAT" }, `${type}.${name} = ${value}`);
      }
    }
  }
});

// type, member, value that must be refused
const REFUSED: readonly (readonly [MessageType, string, unknown])[] = [
  ["salt", "salt", "A".repeat(24)], // 18 bytes in as many characters as 16
  ["salt", "salt", `${"A".repeat(23)}=`],
  ["register", "salt", "A".repeat(24)],
  ["register", "pwd", "A".repeat(44)],
  ["register", "pwd", `${"A".repeat(42)}==`],
  ["login", "pwd", "A".repeat(44)],
  ["hello", "nonce", `${"A".repeat(23)}=`],
  ["register", "username", "a|b"],
  ["register", "username", " a"],
  ["register", "username", "a\nb"],
  ["register", "username", "a\u202eb"],
  ["register", "username", "alice\u200d"], // looks like "alice"
  ["register", "username", "x".repeat(256)],
  ["register", "email", "no address"],
  ["register", "email", "a@b@c"],
  ["register", "email", "a@x\x1b[2J"],
  ["register", "email", "a|@x"],
  ["msg", "seqno", 0],
  ["msg", "seqno", 2 ** 53],
  ["msg", "ts", -1],
  ["msg", "ct", "AA==\n"],
  ["msg", "ct", "AA|A"],
  ["msg", "sig", "A-_A"],
  ["receipt", "peer", "operator"],
  ["receipt", "transcript_sha256", "A".repeat(64)],
  ["receipt", "transcript_sha256", "0".repeat(63)],
  ["status", "status", "x".repeat(1025)],
  ["hello", "client_cert", "x".repeat(32_769)],
];

for (const [type, name, value] of REFUSED) {
  const shown = printable(JSON.stringify(value)).slice(0, 48);
  Deno.test(`parseMessage() refuses ${type}.${name} ${shown}`, () => {
    assert.throws(() => parse({ ...GOOD[type], [name]: value }), { code: "FORMAT" });
  });
}

Deno.test("parseMessage() refuses a type that is not wanted now with HANDSHAKE", () => {
  for (const type of ["login", "constructor", "", "\x1b[2J", "x".repeat(100_000)]) {
    const body = encoder.encode(JSON.stringify({ type }));
    assert.throws(() => parseMessage(body, ["hello"]), (error: Error & { code?: string }) => {
      assert.equal(error.code, "HANDSHAKE");
      assert.ok(error.message.length < 200);
      assert.ok(!error.message.includes("\x1b"));
      return true;
    });
  }
});

Deno.test("parseMessage() reads big integers without losing a digit", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 2048n) - 1n }), (value) => {
    const body = encoder.encode(`{"type":"dh_server","B":${value}}`);
    assert.equal(parseMessage(body, ["dh_server"]).B, value);
  }));
});

Deno.test("parseMessage() answers any object with a message, FORMAT or HANDSHAKE", () => {
  const member = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(GOOD.receipt)));
  const message = fc.dictionary(
    fc.constantFrom("type", "seqno", "ts", "ct", "sig", "email", "pwd", "salt", "nonce", "B"),
    fc.oneof(member, fc.constantFrom(...ALL)),
  );
  fc.assert(
    fc.property(message, (value) => {
      try {
        parse(value);
      } catch (error) {
        assert.match((error as { code?: string }).code ?? "", /^(FORMAT|HANDSHAKE)$/);
      }
    }),
    { numRuns: 1000 },
  );
});
