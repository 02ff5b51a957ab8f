/**
 * Vectors of protocol 2 that are made of bytes alone: JSON, messages, versions, the key agreement, the
 * key schedule, records.
 *
 * @module
 */

import { concat } from "../../src/bytes/concat.ts";
import { encodeU32 } from "../../src/bytes/u32.ts";
import { sealGcm } from "../../src/crypto/aes_gcm.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { encapsulateHybrid, HybridKeyPair } from "../../src/crypto/hybrid_kem.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { X25519KeyPair } from "../../src/crypto/x25519.ts";
import { derive } from "../../src/protocol/v2/key_schedule.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { EPOCH_RECORDS, RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import type { Json } from "./protocol2_runner.ts";

/** A vector before it was run. */
export interface VectorCase {
  readonly name: string;
  /** Section of PROTOCOL-2 that says so. */
  readonly section: string;
  readonly input: Json;
  /** `ok` or a code. */
  readonly expect: string;
}

const utf8 = new TextEncoder();

/**
 * Bytes that look random and are always the same.
 *
 * @param name What they are for.
 * @param length How many, at most 64.
 * @returns The bytes.
 */
export function fixed(name: string, length: number): Uint8Array<ArrayBuffer> {
  return concat(sha256(`vector ${name}`), sha256(`vector ${name} more`)).slice(0, length);
}

/** JSON, as bytes: not all of them are text. */
export const CANONICAL_JSON_CASES: readonly VectorCase[] = ([
  ["empty", "{}", "ok"],
  ["sorted", '{"1":1,"a":[true,"é"],"b":{"c":9007199254740991}}', "ok"],
  ["escapes", '{"a":"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028"}', "ok"],
  ["utf16_order", '{"\ud83d\ude00":1,"\ufb33":2}', "ok"],
  ["code_point_order", '{"\ufb33":2,"\ud83d\ude00":1}', "FORMAT"],
  ["null", "null", "FORMAT"],
  ["null_member", '{"a":null}', "FORMAT"],
  ["array", "[]", "FORMAT"],
  ["byte_order_mark", "\ufeff{}", "FORMAT"],
  ["space", '{"a": 1}', "FORMAT"],
  ["line_feed_after", "{}\n", "FORMAT"],
  ["unsorted", '{"b":1,"a":1}', "FORMAT"],
  ["key_twice", '{"a":1,"a":1}', "FORMAT"],
  ["proto", '{"__proto__":{}}', "FORMAT"],
  ["escape_not_needed", '{"a":"\\u0061"}', "FORMAT"],
  ["lone_surrogate", '{"a":"\\ud800"}', "FORMAT"],
  ["two_to_the_53", '{"a":9007199254740992}', "FORMAT"],
  ["negative", '{"a":-1}', "FORMAT"],
  ["minus_zero", '{"a":-0}', "FORMAT"],
  ["fraction", '{"a":1.0}', "FORMAT"],
  ["exponent", '{"a":1e2}', "FORMAT"],
  ["too_deep", '{"a":[[[[]]]]}', "FORMAT"],
  ["not_utf8", Uint8Array.fromHex("7b2261223a22ff227d"), "FORMAT"],
] as const).map(([name, text, expect]) => {
  const bytes = typeof text === "string" ? utf8.encode(text) : text;
  return { name, section: "JSON", input: { bytes: bytes.toHex() }, expect };
});

const HELLO = {
  type: "hello",
  version: 2,
  mlkem: new Uint8Array(1184),
  x25519: fixed("hello", 32),
} as const;
const helloText = new TextDecoder().decode(encodeMessage(HELLO));
const ZEROS = HELLO.mlkem.toBase64();

/** Messages: only what the schema itself refuses. */
export const MESSAGE_CASES: readonly VectorCase[] = ([
  ["hello", helloText, ["hello"], "ok"],
  ["ping", '{"type":"ping"}', ["ping", "entry"], "ok"],
  ["status", '{"message":"","status":"VERSION","type":"status"}', ["status"], "ok"],
  ["not_wanted", '{"type":"ping"}', ["hello"], "HANDSHAKE"],
  ["unknown_type", '{"type":"pong"}', ["ping"], "FORMAT"],
  ["no_type", "{}", ["ping"], "FORMAT"],
  ["extra_key", '{"more":1,"type":"ping"}', ["ping"], "FORMAT"],
  ["missing_key", '{"room":"r","type":"join"}', ["join"], "FORMAT"],
  ["key_too_short", helloText.replace(ZEROS, ZEROS.slice(4)), ["hello"], "FORMAT"],
  ["base64_unpadded", helloText.replace('="}', '"}'), ["hello"], "FORMAT"],
  ["base64_stray_bits", helloText.replace(/.="}$/, '/="}'), ["hello"], "FORMAT"],
  ["version_text", helloText.replace(":2,", ':"2",'), ["hello"], "FORMAT"],
  ["room_empty", '{"room":"","type":"leave"}', ["leave"], "FORMAT"],
  ["room_too_long", `{"room":"${"r".repeat(141)}","type":"leave"}`, ["leave"], "FORMAT"],
  ["room_not_ascii", '{"room":"caf\u00e9","type":"leave"}', ["leave"], "FORMAT"],
  ["dm", `{"room":"dm:${"a".repeat(64)}:${"b".repeat(64)}","type":"leave"}`, ["leave"], "ok"],
  [
    "dm_order",
    `{"room":"dm:${"b".repeat(64)}:${"a".repeat(64)}","type":"leave"}`,
    ["leave"],
    "FORMAT",
  ],
] as const).map(([name, body, wanted, expect]) => {
  return { name, section: "2, 5, 6", input: { body, wanted }, expect };
});

/** The first frame, read loosely. */
export const VERSION_CASES: readonly VectorCase[] = ([
  ["two", '{"type":"hello","version":2}', [1, 2], "ok"],
  ["none", '{"type": "hello"}', [1, 2], "ok"],
  ["none_not_allowed", '{"type": "hello"}', [2], "VERSION"],
  ["three", '{"version":3}', [1, 2], "VERSION"],
  ["two_not_allowed", '{"version":2}', [1], "VERSION"],
  ["text", '{"version":"2"}', [1, 2], "VERSION"],
  ["null", '{"version":null}', [1, 2], "VERSION"],
] as const).map(([name, body, allowed, expect]) => {
  return { name, section: "2", input: { body, allowed }, expect };
});

/**
 * The key agreement. The runtime chooses an encapsulation's randomness, so a ciphertext is recorded
 * once and replayed by the client's half.
 *
 * @param recorded The server's share of the committed vectors, hex; a fresh one without it.
 * @returns The cases.
 */
export async function kemCases(
  recorded?: { readonly mlkem: string; readonly x25519: string },
): Promise<readonly VectorCase[]> {
  const seeds = { mlkem: fixed("mlkem", 64), x25519: fixed("client x25519", 32) };
  const { share } = await HybridKeyPair.generate(seeds);
  const made = await encapsulateHybrid(share, X25519KeyPair.of(fixed("server x25519", 32)));
  const server = recorded ??
    { mlkem: made.share.mlkem.toHex(), x25519: made.share.x25519.toHex() };
  const fresh = { mlkemSeed: seeds.mlkem.toHex(), x25519Scalar: seeds.x25519.toHex() };
  const offer = { mlkem: share.mlkem.toHex(), x25519: share.x25519.toHex() };
  const zero = "00".repeat(32);
  const high = `ff0f${offer.mlkem.slice(4)}`; // first coefficient 4095, not below q = 3329
  return ([
    ["decapsulate", { operation: "decapsulate", ...fresh, ...server }, "ok"],
    ["implicit_rejection", {
      ...{ operation: "decapsulate", ...fresh, ...server },
      mlkem: `${server.mlkem.slice(0, -2)}${server.mlkem.endsWith("00") ? "01" : "00"}`,
    }, "ok"],
    ["encapsulate", { operation: "encapsulate", ...offer }, "ok"],
    ["ciphertext_short", {
      ...{ operation: "decapsulate", ...fresh, ...server },
      mlkem: server.mlkem.slice(2),
    }, "HANDSHAKE"],
    ["answer_all_zero", {
      ...{ operation: "decapsulate", ...fresh, ...server },
      x25519: zero,
    }, "HANDSHAKE"],
    ["offer_all_zero", { operation: "encapsulate", ...offer, x25519: zero }, "HANDSHAKE"],
    [
      "offer_order_2",
      { operation: "encapsulate", ...offer, x25519: `01${zero.slice(2)}` },
      "HANDSHAKE",
    ],
    ["coefficient_too_large", { operation: "encapsulate", ...offer, mlkem: high }, "HANDSHAKE"],
    ["key_short", { operation: "encapsulate", ...offer, mlkem: offer.mlkem.slice(2) }, "HANDSHAKE"],
    ["key_long", { operation: "encapsulate", ...offer, mlkem: `${offer.mlkem}00` }, "HANDSHAKE"],
  ] as const).map(([name, input, expect]) => ({ name, section: "2", input, expect }));
}

function hexOf(...names: readonly string[]): readonly string[] {
  return names.map((name) => fixed(name, 40).toHex());
}

/** The key schedule has nothing to refuse. */
export const KEY_SCHEDULE_CASES: readonly VectorCase[] = [{
  name: "schedule",
  section: "2.1",
  input: {
    mlkemSecret: fixed("mlkem secret", 32).toHex(),
    x25519Secret: fixed("x25519 secret", 32).toHex(),
    clientHello: utf8.encode(helloText).toHex(),
    serverHello: fixed("server hello", 60).toHex(),
    serverChain: hexOf("server leaf", "issuer"),
    clientChain: hexOf("client leaf"),
    serverAuth: fixed("server auth", 50).toHex(),
    clientAuth: fixed("client auth", 50).toHex(),
  },
  expect: "ok",
}];

/**
 * Records, across a change of epoch.
 *
 * @returns The cases.
 */
export function recordCases(): readonly VectorCase[] {
  const stream = fixed("stream", 32);
  const [a = "", b = "", c = ""] = sealed(stream, 0, 3);
  const [last = "", first = ""] = sealed(stream, EPOCH_RECORDS - 1, 2);
  const case_ = (name: string, skip: number, open: readonly string[], expect: string) => {
    return { name, section: "4", input: { stream: stream.toHex(), skip, open }, expect };
  };
  const flip = (body: string) =>
    `${(parseInt(body.slice(0, 2), 16) ^ 1).toString(16).padStart(2, "0")}${body.slice(2)}`;
  const ping = '{"type":"ping"}';
  const sealing = [[0, "seal_0"], [EPOCH_RECORDS - 1, "seal_4095_4096"]] as const;
  return [
    ...sealing.map(([skip, name]) => {
      const seal = [[ping], [ping, '{"a":1}']];
      return { name, section: "4", input: { stream: stream.toHex(), skip, seal }, expect: "ok" };
    }),
    case_("open_in_order", 0, [a, b, c], "ok"),
    case_("open_across_epochs", EPOCH_RECORDS - 1, [last, first], "ok"),
    case_("two_objects", 0, [raw(stream, 0, `${ping}\n{}\n`)], "ok"),
    case_("repeated", 0, [a, a], "TAMPERED"),
    case_("dropped", 0, [a, c], "TAMPERED"),
    case_("swapped", 0, [b, a], "TAMPERED"),
    case_("bit_flipped", 0, [flip(a)], "TAMPERED"),
    case_("tag_cut", 0, [a.slice(0, -2)], "TAMPERED"),
    case_("only_a_tag", 0, [a.slice(-32)], "TAMPERED"),
    case_("byte_added", 0, [`${a}00`], "TAMPERED"),
    case_("length_not_bound", 0, [raw(stream, 0, `${ping}\n`, new Uint8Array())], "TAMPERED"),
    case_("other_stream", 0, [raw(fixed("other stream", 32), 0, `${ping}\n`)], "TAMPERED"),
    case_("epoch_repeated", EPOCH_RECORDS, [a], "TAMPERED"),
    case_("keys_not_changed", EPOCH_RECORDS, [raw(stream, EPOCH_RECORDS, `${ping}\n`)], "TAMPERED"),
    case_("no_line_feed", 0, [raw(stream, 0, ping)], "FORMAT"),
    case_("empty_line", 0, [raw(stream, 0, `${ping}\n\n`)], "FORMAT"),
    case_("no_object", 0, [raw(stream, 0, "")], "FORMAT"),
  ];
}

/** Bodies of pings from a number on. */
function sealed(stream: Uint8Array, from: number, count: number): readonly string[] {
  const sealer = new RecordSealer(new Secret(new Uint8Array(stream)));
  const ping = [utf8.encode('{"type":"ping"}')];
  for (let number = 0; number < from; number++) sealer.seal(ping);
  return Array.from({ length: count }, () => sealer.seal(ping).subarray(4).toHex());
}

/** A record under the keys of epoch 0, whatever its number, plaintext or additional data. */
function raw(stream: Uint8Array, number: number, text: string, aad?: Uint8Array): string {
  const secret = new Secret(new Uint8Array(stream));
  const nonce = derive(secret, "iv", { length: 12 }).bytes;
  const view = new DataView(nonce.buffer);
  view.setUint32(8, view.getUint32(8) ^ number);
  const plain = utf8.encode(text);
  const length = encodeU32(plain.length + 16);
  return sealGcm(derive(secret, "key").bytes, { nonce, aad: aad ?? length, plain }).toHex();
}
