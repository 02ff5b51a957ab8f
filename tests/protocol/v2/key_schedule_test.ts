import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { concat } from "../../../src/bytes/concat.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import {
  authInput,
  derive,
  deriveStreams,
  handshakeSecret,
  hashAuth,
  hashHellos,
  sessionName,
} from "../../../src/protocol/v2/key_schedule.ts";
import {
  DERIVATION_LABELS,
  labelPrefix,
  SIGNATURE_LABELS,
} from "../../../src/protocol/v2/labels.ts";

const utf8 = new TextEncoder();
const [clientHello, serverHello] = [utf8.encode("client"), utf8.encode("server!")];

function secretOf(byte: number): Secret {
  return new Secret(new Uint8Array(32).fill(byte));
}

function f(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, bytes.length);
  return concat(header, bytes);
}

function h(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash("sha256").update(concat(...parts)).digest());
}

Deno.test("derive() is HKDF-Expand of RFC 5869, as another implementation has it", () => {
  const [mlkem, x25519, context] = [secretOf(1), secretOf(2), utf8.encode("context")];
  const ikm = concat(mlkem.bytes, x25519.bytes);
  const hs = handshakeSecret({ mlkem, x25519 });
  for (const label of DERIVATION_LABELS) {
    const info = concat(utf8.encode(`securechat/2 ${label}\0`), context);
    const expected = new Uint8Array(hkdfSync("sha256", ikm, new Uint8Array(32), info, 32));
    assert.deepEqual(derive(hs, label, { context }).bytes, expected);
    assert.deepEqual(derive(hs, label, { context, length: 12 }).bytes, expected.slice(0, 12));
  }
});

Deno.test("derive() gives something else for every label, context and secret", () => {
  const outputs = new Set<string>();
  for (const secret of [secretOf(1), secretOf(2)]) {
    for (const context of [new Uint8Array(), new Uint8Array(1), new Uint8Array(32)]) {
      for (const label of DERIVATION_LABELS) {
        outputs.add(derive(secret, label, { context }).bytes.toHex());
      }
    }
  }
  assert.equal(outputs.size, 2 * 3 * DERIVATION_LABELS.length);
});

Deno.test("labelPrefix() gives prefixes of which none begins another", () => {
  const labels = [...DERIVATION_LABELS, ...SIGNATURE_LABELS];
  const prefixes = labels.map((label) => new TextDecoder().decode(labelPrefix(label)));
  for (const one of prefixes) {
    assert.equal(prefixes.filter((other) => other.startsWith(one)).length, 1, one);
  }
});

Deno.test("hashHellos() and hashAuth() are the formulas of the specification", () => {
  const h0 = h(utf8.encode("securechat/2"), new Uint8Array(1), f(clientHello), f(serverHello));
  assert.deepEqual(hashHellos(clientHello, serverHello), new Uint8Array(h0));
  const plaintext = utf8.encode("{}");
  assert.deepEqual(hashAuth(h0, plaintext), new Uint8Array(h(h0, f(plaintext))));
});

Deno.test("hashHellos() cannot be moved: a byte from one hello to the other is another hash", () => {
  const [a, b] = [utf8.encode("ab"), utf8.encode("c")];
  const [c, d] = [utf8.encode("a"), utf8.encode("bc")];
  assert.notDeepEqual(hashHellos(a, b), hashHellos(c, d));
});

Deno.test("authInput() is A || MAC over everything before it and the whole chain", () => {
  const hs = secretOf(3);
  const previous = new Uint8Array(32).fill(9);
  const chain = [utf8.encode("leaf"), utf8.encode("issuer")] as const;
  for (const [side, label] of [["server", "s auth"], ["client", "c auth"]] as const) {
    const a = h(previous, new Uint8Array([0, 0, 0, 2]), f(chain[0]), f(chain[1]));
    const message = concat(utf8.encode(`securechat/2 ${label}\0`), a, new Uint8Array([1]));
    const mac = createHmac("sha256", hs.bytes).update(message).digest();
    assert.deepEqual(authInput(hs, { side, previous, chain }), concat(a, mac));
  }
  const input = (change: Partial<Parameters<typeof authInput>[1]>) =>
    authInput(hs, { side: "server", previous, chain, ...change }).toHex();
  const all = [
    input({}),
    input({ side: "client" }),
    input({ previous: new Uint8Array(32) }),
    input({ chain: [chain[0]] }),
    input({ chain: [utf8.encode("leafissuer")] }),
    authInput(secretOf(4), { side: "server", previous, chain }).toHex(),
  ];
  assert.equal(new Set(all).size, all.length);
});

Deno.test("deriveStreams() gives four streams and no two alike", () => {
  const hs = secretOf(5);
  const transcript = new Uint8Array(32);
  const streams = (["handshake", "application"] as const).flatMap((phase) => {
    const { server, client } = deriveStreams(hs, phase, transcript);
    return [server.bytes.toHex(), client.bytes.toHex()];
  });
  assert.equal(new Set(streams).size, 4);
  assert.match(sessionName(hs, transcript), /^[0-9a-f]{32}$/);
});

Deno.test("handshakeSecret() leaves neither of its two secrets behind", () => {
  const [mlkem, x25519] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  handshakeSecret({ mlkem: new Secret(mlkem), x25519: new Secret(x25519) });
  assert.deepEqual([mlkem, x25519], [new Uint8Array(32), new Uint8Array(32)]);
});
