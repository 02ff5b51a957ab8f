import assert from "node:assert/strict";
import { decodeCanonicalJson } from "../../../src/protocol/v2/canonical_json.ts";
import type { JsonObject, JsonValue } from "../../../src/protocol/v2/canonical_json.ts";
import {
  encodeMessage,
  type Message,
  MESSAGES,
  type MessageType,
  parseMessage,
} from "../../../src/protocol/v2/messages.ts";
import {
  directRoomName,
  isRoomName,
  membersOfDirectRoom,
} from "../../../src/protocol/v2/room_name.ts";
import { chooseVersion } from "../../../src/protocol/v2/version.ts";

const [fp, other, id] = ["a".repeat(64), "b".repeat(64), "c".repeat(32)];
const x25519 = bytes(32);
const sig = bytes(64);

const EXAMPLES: { readonly [T in MessageType]: Message<T> } = {
  hello: { type: "hello", version: 2, mlkem: bytes(1184), x25519 },
  server_hello: { type: "server_hello", version: 2, mlkem: bytes(1088), x25519 },
  auth: { type: "auth", chain: [bytes(900), bytes(1)], sig: bytes(256) },
  ready: { type: "ready", signin: "password" },
  status: { type: "status", status: "BAD_CERT", message: "expired" },
  ping: { type: "ping" },
  register: { type: "register", email: "a@example.org", password: "secret" },
  login: { type: "login", email: "a@example.org", password: "secret" },
  join: { type: "join", room: "pump room", want: 100 },
  joined: { type: "joined", head: bytes(300), peaks: [fp, other], sig },
  not_joined: { type: "not_joined", code: "ROOM", message: "no such room", room: "attic" },
  gone: { type: "gone", session: id },
  who: { type: "who", room: "pump room" },
  members: { type: "members", members: [fp, other], more: 3, room: "pump room" },
  leave: { type: "leave", room: directRoomName(fp, other) },
  invite: { type: "invite", by: fp, room: directRoomName(fp, other) },
  msg: { type: "msg", sig, stmt: bytes(32_768) },
  entry: { type: "entry", sig, stmt: bytes(400) },
  peer: { type: "peer", chain: [bytes(800)] },
  head: { type: "head", head: bytes(300), sig },
  refused: { type: "refused", code: "LIMIT", log: id, message: "slowly", retry: 500, seq: 7 },
};

const TYPES = Object.keys(MESSAGES) as MessageType[];
const utf8 = new TextEncoder();

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(0xa5);
}

/** The wire form of an example with some members replaced; `undefined` takes one away. */
function wire(
  type: MessageType,
  change: Readonly<Record<string, JsonValue | undefined>> = {},
): Uint8Array {
  const object = { ...decodeCanonicalJson(encodeMessage(EXAMPLES[type]), 65_536), ...change };
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  // JSON.stringify, not our encoder: faults must be expressible
  return utf8.encode(
    JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1))),
  );
}

for (const type of TYPES) {
  Deno.test(`parseMessage() inverts encodeMessage() for ${type}, and refuses other keys`, () => {
    assert.deepEqual(parseMessage(encodeMessage(EXAMPLES[type]), TYPES), EXAMPLES[type]);
    assert.deepEqual(wire(type), encodeMessage(EXAMPLES[type]));
    assert.throws(() => parseMessage(wire(type, { extra: 1 }), TYPES), { code: "FORMAT" });
    for (const key of Object.keys(EXAMPLES[type])) {
      const without = wire(type, { [key]: undefined });
      assert.throws(() => parseMessage(without, TYPES), { code: "FORMAT" }, key);
      const ofOtherType = wire(type, { [key]: key === "want" ? "1" : { a: 1 } });
      assert.throws(() => parseMessage(ofOtherType, TYPES), { code: "FORMAT" }, key);
    }
  });
}

/** Columns: type, member, a value that is out of its bounds. */
const FAULTS: readonly (readonly [MessageType, string, JsonValue])[] = [
  ["hello", "mlkem", bytes(1183).toBase64()],
  ["hello", "mlkem", bytes(1185).toBase64()],
  ["hello", "x25519", bytes(31).toBase64()],
  ["hello", "x25519", bytes(32).toBase64().replace(/=$/, "")],
  ["hello", "x25519", bytes(32).toBase64().replace(/U=$/, "V=")],
  ["hello", "x25519", `${bytes(32).toBase64().slice(0, -2)} =`],
  ["hello", "x25519", bytes(32).toBase64({ alphabet: "base64url" }).replace(/^./, "-")],
  ["hello", "x25519", bytes(32).toHex()],
  ["hello", "version", 1],
  ["hello", "version", "2"],
  ["server_hello", "mlkem", bytes(1184).toBase64()],
  ["auth", "chain", []],
  ["auth", "chain", new Array<string>(5).fill("AA==")],
  ["auth", "chain", [""]],
  ["auth", "chain", "AA=="],
  ["auth", "sig", bytes(63).toBase64()],
  ["auth", "sig", bytes(513).toBase64()],
  ["ready", "signin", "none"],
  ["status", "status", "ok"],
  ["status", "status", "A".repeat(40)],
  ["status", "message", "x".repeat(1025)],
  ["register", "email", "alice"],
  ["register", "email", `a@${"x".repeat(300)}`],
  ["register", "email", "a\u202e@x"],
  ["login", "password", ""],
  ["login", "password", "\u00e9".repeat(513)],
  ["join", "want", -1],
  ["join", "want", 1.5],
  ["join", "room", ""],
  ["join", "room", "x".repeat(141)],
  ["join", "room", "caf\u00e9"],
  ["join", "room", "a\tb"],
  ["leave", "room", `dm:${other}:${fp}`],
  ["leave", "room", `dm:${fp}:${fp}`],
  ["leave", "room", `dm:${fp.toUpperCase()}:${other}`],
  ["leave", "room", "dm:alice:bob"],
  ["joined", "peaks", new Array<string>(54).fill(fp)],
  ["joined", "peaks", [fp.toUpperCase()]],
  ["joined", "peaks", [fp.slice(2)]],
  ["joined", "head", bytes(1025).toBase64()],
  ["invite", "by", `${fp}a`],
  ["msg", "stmt", bytes(32_769).toBase64()],
  ["msg", "stmt", ""],
  ["head", "head", bytes(1).toBase64()],
  ["refused", "code", "BUSY"],
  ["refused", "seq", 0],
  ["refused", "retry", -1],
  ["refused", "log", id.slice(1)],
];

Deno.test("parseMessage() refuses members out of their bounds with FORMAT", () => {
  for (const [type, key, value] of FAULTS) {
    const what = `${type}.${key} = ${JSON.stringify(value).slice(0, 60)}`;
    assert.throws(
      () => parseMessage(wire(type, { [key]: value }), TYPES),
      { code: "FORMAT" },
      what,
    );
  }
});

Deno.test("parseMessage() tells an unknown type from one that is not wanted now", () => {
  for (const type of ["", "hi", "constructor", "__proto__", "toString"]) {
    const body = utf8.encode(JSON.stringify({ type }));
    assert.throws(() => parseMessage(body, TYPES), { code: "FORMAT" }, type);
  }
  assert.throws(() => parseMessage(utf8.encode("{}"), TYPES), { code: "FORMAT" });
  assert.throws(() => parseMessage(wire("ping"), ["ready", "status"]), { code: "HANDSHAKE" });
});

Deno.test("parseMessage() says in one short line what is wrong, however long the fault is", () => {
  const long = "k".repeat(9_000);
  const faults = [wire("ping", { [`k\n${long}`]: 1 }), wire("ping", { type: `${long}\n` })];
  for (const body of faults) {
    assert.throws(() => parseMessage(body, TYPES), ({ message }: Error) => {
      return message.length < 250 && !message.includes("\n");
    });
  }
});

Deno.test("encodeMessage() refuses to write what no receiver would read", () => {
  const long: Message = { ...EXAMPLES.status, message: "x".repeat(1025) };
  assert.throws(() => encodeMessage(long), { code: "FORMAT" });
  const short: Message = { ...EXAMPLES.hello, x25519: bytes(31) };
  assert.throws(() => encodeMessage(short), { code: "FORMAT" });
  const lone: Message = { ...EXAMPLES.status, message: "\ud800" };
  assert.throws(() => encodeMessage(lone), { code: "FORMAT" });
});

Deno.test("isRoomName() takes 1 to 140 printable ASCII characters", () => {
  for (const name of ["a", " ", "~", "x".repeat(140), "DM:x"]) assert.ok(isRoomName(name), name);
  for (const name of ["", "\x7f", "\x1f", "a\n", "x".repeat(141), "dm:"]) {
    assert.equal(isRoomName(name), false, JSON.stringify(name));
  }
  assert.equal(membersOfDirectRoom("pump room"), undefined);
});

Deno.test("chooseVersion() reads loosely: none is protocol 1, another is VERSION", () => {
  const choose = (object: JsonObject | string) =>
    chooseVersion(utf8.encode(typeof object === "string" ? object : JSON.stringify(object)), [
      1,
      2,
    ]);
  assert.equal(choose({ type: "hello", version: 2 }), 2);
  assert.equal(choose('{ "version" : 2, "new": [null] }'), 2);
  for (const text of ["", "null", "[]", "{}", '{"type": "hello"}', "\x16\x03\x01"]) {
    assert.equal(choose(text), 1, text);
  }
  for (const version of ["3", '"2"', "null", "2.5", "[2]", "{}"]) {
    assert.throws(() => choose(`{"version":${version}}`), { code: "VERSION" }, version);
  }
  const deep = `{"version":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  assert.throws(() => choose(deep), { code: "VERSION" });
  assert.throws(() => chooseVersion(utf8.encode("{}"), [2]), { code: "VERSION" });
});
