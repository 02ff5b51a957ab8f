import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../../src/bytes/concat.ts";
import { encodeU32 } from "../../../src/bytes/u32.ts";
import { sealGcm } from "../../../src/crypto/aes_gcm.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { derive } from "../../../src/protocol/v2/key_schedule.ts";
import {
  EPOCH_RECORDS,
  RECORD_PLAIN_MAX_BYTES,
  RecordOpener,
  RecordSealer,
} from "../../../src/protocol/v2/record_stream.ts";

const utf8 = new TextEncoder();
const ping = utf8.encode('{"type":"ping"}');

function stream(): Secret {
  return new Secret(new Uint8Array(32).fill(7));
}

function pair(): { readonly sealer: RecordSealer; readonly opener: RecordOpener } {
  return { sealer: new RecordSealer(stream()), opener: new RecordOpener(stream()) };
}

function bodyOf(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame.slice(4);
}

/** A record of any plaintext under the right key: what only the other side's own fault can be. */
function sealRaw(plain: Uint8Array): Uint8Array {
  const key = derive(stream(), "key").bytes;
  const nonce = derive(stream(), "iv", { length: 12 }).bytes;
  return sealGcm(key, { nonce, aad: encodeU32(plain.length + 16), plain });
}

Deno.test("RecordOpener opens what RecordSealer sealed, object for object", () => {
  const { sealer, opener } = pair();
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 }),
    (lists) => {
      const objects = lists.map((one) =>
        new Uint8Array(one.map((byte) => byte === 10 ? 11 : byte))
      );
      assert.deepEqual(opener.open(bodyOf(sealer.seal(objects))), objects);
    },
  ));
});

Deno.test("RecordOpener opens records across three epochs, and keys differ in each", () => {
  const { sealer, opener } = pair();
  const seen = new Set<string>();
  for (let count = 0; count < 2 * EPOCH_RECORDS + 2; count++) {
    const body = bodyOf(sealer.seal([ping]));
    seen.add(body.toHex());
    assert.deepEqual(opener.open(body), [ping]);
  }
  assert.equal(seen.size, 2 * EPOCH_RECORDS + 2);
});

Deno.test("RecordSealer seals record 4096 with keys of the next stream, and erases the one before", () => {
  const bytes = new Uint8Array(32).fill(7);
  const sealer = new RecordSealer(new Secret(bytes));
  for (let count = 0; count < EPOCH_RECORDS; count++) sealer.seal([ping]);
  assert.deepEqual(bytes, new Uint8Array(32).fill(7));
  const next = derive(stream(), "next");
  const nonce = derive(next, "iv", { length: 12 }).bytes;
  nonce[10] = (nonce[10] ?? 0) ^ 0x10; // 4096 = 0x1000
  const plain = concat(ping, new Uint8Array([10]));
  const aad = encodeU32(plain.length + 16);
  const expected = sealGcm(derive(next, "key").bytes, { nonce, aad, plain });
  assert.deepEqual(bodyOf(sealer.seal([ping])), expected);
  assert.deepEqual(bytes, new Uint8Array(32));
});

Deno.test("RecordOpener refuses what was repeated, dropped, moved or cut with TAMPERED", () => {
  const { sealer } = pair();
  const [a, b] = [bodyOf(sealer.seal([ping])), bodyOf(sealer.seal([ping]))];
  const orders: readonly (readonly Uint8Array[])[] = [[a, a], [b], [a, b, a], [b, a]];
  for (const order of orders) {
    const { opener } = pair();
    assert.throws(() => order.forEach((body) => opener.open(body)), { code: "TAMPERED" });
  }
  for (const length of [0, 1, 15, 16, a.length - 1]) {
    assert.throws(() => pair().opener.open(a.subarray(0, length)), { code: "TAMPERED" });
  }
});

Deno.test("RecordOpener refuses a record with any bit changed, and all that follow", () => {
  const { sealer } = pair();
  const body = bodyOf(sealer.seal([ping]));
  for (let bit = 0; bit < body.length * 8; bit++) {
    const flipped = new Uint8Array(body);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { opener } = pair();
    assert.throws(() => opener.open(flipped), { code: "TAMPERED" });
    assert.throws(() => opener.open(body), { code: "TAMPERED" });
  }
});

Deno.test("RecordOpener opens nothing after a record that did not open, not even the next good one", () => {
  const { sealer, opener } = pair();
  const [, second] = [sealer.seal([ping]), bodyOf(sealer.seal([ping]))];
  assert.throws(() => opener.open(new Uint8Array(40)), { code: "TAMPERED" });
  assert.throws(() => opener.open(second), { code: "TAMPERED" });
});

Deno.test("RecordOpener binds the length: a record extended by a byte does not open", () => {
  const body = bodyOf(pair().sealer.seal([ping]));
  const longer = concat(body, new Uint8Array(1));
  assert.throws(() => pair().opener.open(longer), { code: "TAMPERED" });
});

Deno.test("RecordOpener refuses another stream's record", () => {
  const other = new RecordSealer(new Secret(new Uint8Array(32).fill(8)));
  assert.throws(() => pair().opener.open(bodyOf(other.seal([ping]))), { code: "TAMPERED" });
});

Deno.test("RecordOpener refuses a plaintext that is not lines with FORMAT", () => {
  for (const text of ["", "\n", "{}", "{}\n\n", "\n{}\n", "{}\n{}"]) {
    const body = sealRaw(utf8.encode(text));
    assert.throws(() => pair().opener.open(body), { code: "FORMAT" }, JSON.stringify(text));
  }
  assert.equal(pair().opener.open(sealRaw(utf8.encode("{}\n{}\n"))).length, 2);
});

Deno.test("RecordSealer takes a body of 65,536 bytes and no more, and numbers nothing that it refused", () => {
  const { sealer, opener } = pair();
  const largest = new Uint8Array(RECORD_PLAIN_MAX_BYTES - 1).fill(97);
  const tooLarge = new Uint8Array(RECORD_PLAIN_MAX_BYTES).fill(97);
  assert.throws(() => sealer.seal([tooLarge]), { code: "FRAME_TOO_LARGE" });
  const body = bodyOf(sealer.seal([largest]));
  assert.equal(body.length, 65_536);
  assert.deepEqual(opener.open(body), [largest]);
  for (const objects of [[], [new Uint8Array()]]) {
    assert.throws(() => sealer.seal(objects), RangeError);
  }
});

Deno.test("RecordSealer puts waiting objects into as few records as hold them", () => {
  const { sealer, opener } = pair();
  const objects = Array.from({ length: 10 }, (_, index) => new Uint8Array(20_000).fill(97 + index));
  const frames = sealer.sealAll(objects);
  assert.equal(frames.length, 4);
  assert.deepEqual(frames.flatMap((frame) => opener.open(bodyOf(frame))), objects);
  assert.deepEqual(sealer.sealAll([]), []);
});

Deno.test("RecordSealer and RecordOpener are of no use after wipe()", () => {
  const { sealer, opener } = pair();
  const body = bodyOf(sealer.seal([ping]));
  sealer.wipe();
  opener.wipe();
  assert.throws(() => sealer.seal([ping]), RangeError);
  assert.throws(() => opener.open(body), RangeError);
});
