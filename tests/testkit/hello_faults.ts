/**
 * Hellos with one fault each (PROTOCOL-2 §1, §2).
 *
 * @module
 */

import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { type FaultCase, faultCase, type FaultDraft, type Told } from "./fault_case.ts";
import type { FixedHandshake } from "./fixed_handshake.ts";

const utf8 = new TextEncoder();

/** x-coordinates whose every multiple by a clamped scalar is the point at infinity (RFC 7748 §6.1). */
const LOW_ORDER = {
  "of order 4": "00".repeat(32),
  "of order 1": `01${"00".repeat(31)}`,
  "of order 8": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "p - 1": `ec${"ff".repeat(30)}7f`,
  "p, not reduced": `ed${"ff".repeat(30)}7f`,
} as const;

interface Hello {
  readonly mlkem: string;
  readonly type: string;
  readonly version: number;
  readonly x25519: string;
}

/** A text with something replaced; it must be there. */
function swap(text: string, from: string | RegExp, to: string): Uint8Array<ArrayBuffer> {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`nothing to replace in ${text.slice(0, 80)}`);
  return utf8.encode(changed);
}

function base64Of(base64: string, length: number): string {
  const bytes = new Uint8Array(length);
  bytes.set(Uint8Array.fromBase64(base64).subarray(0, length));
  return bytes.toBase64();
}

/** Faults of form, the same in either hello. */
function formFaults(body: Uint8Array, told: Told): readonly FaultDraft[] {
  const text = new TextDecoder().decode(body);
  const hello: Hello = JSON.parse(text);
  const { mlkem, type, x25519 } = hello;
  const format = (name: string, changed: Uint8Array): FaultDraft => (
    { name, section: "JSON", body: changed, expect: "FORMAT", told }
  );
  const size = (name: string, field: "mlkem" | "x25519", length: number): FaultDraft => ({
    ...{ name, section: "2", expect: "FORMAT", told },
    body: swap(text, hello[field], base64Of(hello[field], length)),
  });
  // A first frame that names no version is protocol 1's, which the server does not offer.
  const unnamed = type === "hello" ? { section: "2", expect: "VERSION" } as const : {};
  const mlkemBytes = Uint8Array.fromBase64(mlkem).length;
  return [
    format("key x25519 is missing", swap(text, `,"x25519":"${x25519}"`, "")),
    format("key mlkem is missing", swap(text, `"mlkem":"${mlkem}",`, "")),
    format("a key too many", swap(text, '"version":2', '"v":0,"version":2')),
    format(
      "keys are not sorted",
      utf8.encode(JSON.stringify({ type, mlkem, version: 2, x25519 })),
    ),
    format("a key twice", swap(text, '"version":2', '"version":2,"version":2')),
    format("a key __proto__", swap(text, '{"mlkem"', '{"__proto__":1,"mlkem"')),
    format("a space behind a colon", swap(text, '"version":2', '"version": 2')),
    format("a line feed at the end", utf8.encode(`${text}\n`)),
    format("a byte-order mark", utf8.encode(`\ufeff${text}`)),
    format("an escape that RFC 8785 does not write", swap(text, '"type"', '"\\u0074ype"')),
    format("a number with a fraction", swap(text, '"version":2', '"version":2.0')),
    format("a value of another type", swap(text, `"x25519":"${x25519}"`, '"x25519":7')),
    format("not UTF-8", new Uint8Array([...body.subarray(0, -2), 0xff, 0x22, 0x7d])),
    format("a surrogate alone", swap(text, x25519, "\\ud800")),
    { ...format("not an object: null", utf8.encode("null")), ...unnamed },
    { ...format("not an object: a list", utf8.encode(`[${text}]`)), ...unnamed },
    format("an unknown type", swap(text, `"type":"${type}"`, '"type":"hallo"')),
    format("base64 without padding", swap(text, x25519, x25519.replace("=", ""))),
    format("base64 with stray bits", swap(text, x25519, strayBits(x25519))),
    format("base64 of the URL alphabet", swap(text, x25519, `_${x25519.slice(1)}`)),
    format(
      "base64 with a line break",
      swap(text, x25519, `${x25519.slice(0, 8)}\\n${x25519.slice(8)}`),
    ),
    size("mlkem is a byte short", "mlkem", mlkemBytes - 1),
    size("mlkem is a byte long", "mlkem", mlkemBytes + 1),
    size("x25519 is a byte short", "x25519", 31),
    size("x25519 is a byte long", "x25519", 33),
    ...Object.entries(LOW_ORDER).map(([name, point]): FaultDraft => ({
      name: `x25519 result of zeros: a point ${name}`,
      ...{ section: "2", expect: "HANDSHAKE", told },
      body: swap(text, x25519, Uint8Array.fromHex(point).toBase64()),
    })),
  ];
}

/** 32 bytes leave two bits of the last character unused: they must be zero. */
function strayBits(base64: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = base64.charAt(base64.length - 2);
  return `${base64.slice(0, -2)}${alphabet.charAt(alphabet.indexOf(last) + 1)}=`;
}

function clientHelloFaults(shake: FixedHandshake): readonly FaultDraft[] {
  const text = new TextDecoder().decode(shake.bodies.client_hello);
  const hello: Hello = JSON.parse(text);
  const version = (name: string, value: string): FaultDraft => ({
    ...{ name, section: "2", expect: "VERSION", told: "plain" },
    body: swap(text, '"version":2', `"version":${value}`),
  });
  const key = Uint8Array.fromBase64(hello.mlkem);
  const misplaced = (name: string, body: Uint8Array, expect = "HANDSHAKE"): FaultDraft => (
    { name, section: "2", body, expect, told: "plain" }
  );
  const unnamed = (name: string, body: Uint8Array) => misplaced(name, body, "VERSION");
  return [
    version("version 3", "3"),
    version("version 2 as a text", '"2"'),
    version("version null", "null"),
    ...[0, 383, 767].map((coefficient) =>
      misplaced(
        `coefficient ${coefficient} of the encapsulation key is q`,
        swap(text, hello.mlkem, withCoefficient(key, coefficient).toBase64()),
      )
    ),
    misplaced("a server_hello first", shake.bodies.server_hello),
    unnamed("a status first", encodeMessage({ type: "status", status: "BUSY", message: "" })),
    unnamed("protocol 1's hello first", utf8.encode('{"type": "hello", "client_cert": ""}')),
    unnamed("a ping first", encodeMessage({ type: "ping" })),
    unnamed("ready first", encodeMessage({ type: "ready", signin: "password" })),
  ];
}

/** An encapsulation key with a coefficient of q = 3329, which FIPS 203 §7.2 refuses. */
function withCoefficient(key: Uint8Array, index: number): Uint8Array {
  const changed = key.slice();
  const at = (index >> 1) * 3;
  const [a = 0, b = 0, c = 0] = changed.subarray(at, at + 3);
  const q = 3329;
  const isHigh = (index & 1) === 1;
  const low = isHigh ? a | ((b & 15) << 8) : q;
  const high = isHigh ? q : (b >> 4) | (c << 4);
  changed.set([low & 255, (low >> 8) | ((high & 15) << 4), high >> 4], at);
  return changed;
}

function serverHelloFaults(shake: FixedHandshake): readonly FaultDraft[] {
  const text = new TextDecoder().decode(shake.bodies.server_hello);
  const status = (code: string, expect: string): FaultDraft => ({
    ...{ name: `a status ${code} in plain`, section: "2", expect },
    body: encodeMessage({ type: "status", status: code, message: code }),
  });
  return [
    {
      ...{ name: "version 3", section: "2", expect: "FORMAT" },
      body: swap(text, '"version":2', '"version":3'),
    },
    {
      ...{ name: "the client's own hello", section: "2", expect: "HANDSHAKE" },
      body: shake.bodies.client_hello,
    },
    {
      ...{ name: "server_auth before server_hello", section: "2", expect: "FORMAT" },
      body: shake.bodies.server_auth,
    },
    ...statusFaults(),
    status("VERSION", "VERSION"),
    status("BUSY", "BUSY"),
    status("OK", "HANDSHAKE"),
    status("INTERNAL", "HANDSHAKE"),
  ];
}

/** Statuses of a wrong form: what they say does not count. */
function statusFaults(): readonly FaultDraft[] {
  const status = (message: string, code = "BUSY") =>
    `{"message":${message},"status":"${code}","type":"status"}`;
  const text = (name: string, body: string): FaultDraft => (
    { name: `a status: ${name}`, section: "1", body: utf8.encode(body), expect: "FORMAT" }
  );
  const bytes = utf8.encode(status('"?"'));
  bytes[bytes.indexOf(0x3f)] = 0xff;
  return [
    { ...text("its message is not UTF-8", ""), body: bytes },
    text("its message has a surrogate alone", status('"\\ud800"')),
    text("its message has 1,025 characters", status(`"${"x".repeat(1025)}"`)),
    text("its message is null", status("null")),
    text("its code is in lower case", status('""', "busy")),
    text("it lacks the message", '{"status":"BUSY","type":"status"}'),
  ];
}

/**
 * All faults of hellos.
 *
 * @param shake The handshake.
 * @returns The cases.
 */
export async function helloFaults(shake: FixedHandshake): Promise<readonly FaultCase[]> {
  const client = [...formFaults(shake.bodies.client_hello, "plain"), ...clientHelloFaults(shake)];
  const server = [
    ...formFaults(shake.bodies.server_hello, "nothing"),
    ...serverHelloFaults(shake),
  ];
  return [
    ...await Promise.all(client.map((draft) => faultCase(shake, "client_hello", draft))),
    ...await Promise.all(server.map((draft) => faultCase(shake, "server_hello", draft))),
  ];
}
