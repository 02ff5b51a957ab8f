import assert from "node:assert/strict";
import fc from "fast-check";
import { concat } from "../../src/bytes/concat.ts";
import {
  CHAT_BODY_MAX_BYTES,
  encodeFrame,
  FrameReader,
  HANDSHAKE_BODY_MAX_BYTES,
} from "../../src/protocol/frame.ts";

const MAX = 1 << 20;

function drain(reader: FrameReader, max = MAX): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let body = reader.next(max); body !== undefined; body = reader.next(max)) bodies.push(body);
  return bodies;
}

Deno.test("encodeFrame() puts a big-endian length before the body", () => {
  const frame = encodeFrame(new Uint8Array(258).fill(7));
  assert.deepEqual([...frame.subarray(0, 5)], [0, 0, 1, 2, 7]);
  assert.equal(frame.length, 262);
});

Deno.test("FrameReader finds a frame split at every byte", () => {
  const body = new TextEncoder().encode('{"type": "status", "status": "OK"}');
  const frame = encodeFrame(body);
  for (let cut = 0; cut <= frame.length; cut++) {
    const reader = new FrameReader();
    reader.push(frame.subarray(0, cut));
    const early = drain(reader);
    assert.equal(reader.isInsideFrame, cut > 0 && cut < frame.length);
    reader.push(frame.subarray(cut));
    assert.deepEqual([...early, ...drain(reader)], [body]);
    assert.equal(reader.isInsideFrame, false);
  }
});

Deno.test("FrameReader finds a frame that comes byte by byte", () => {
  const reader = new FrameReader();
  const found: Uint8Array[] = [];
  for (const byte of encodeFrame(new Uint8Array([1, 2, 3]))) {
    reader.push(new Uint8Array([byte]));
    found.push(...drain(reader));
  }
  assert.deepEqual(found, [new Uint8Array([1, 2, 3])]);
});

Deno.test("FrameReader gives back any bodies in any chunks", () => {
  const body = fc.uint8Array({ minLength: 1, maxLength: 5000 });
  fc.assert(fc.property(
    fc.array(body, { maxLength: 8 }),
    fc.array(fc.nat(20_000), { maxLength: 8 }),
    (bodies, cuts) => {
      const stream = concat(...bodies.map((each) => encodeFrame(new Uint8Array(each))));
      const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length]
        .sort((a, b) => a - b);
      const reader = new FrameReader();
      const found: Uint8Array[] = [];
      for (let index = 1; index < places.length; index++) {
        reader.push(stream.subarray(places[index - 1], places[index]));
        found.push(...drain(reader));
      }
      assert.deepEqual(found.map((each) => [...each]), bodies.map((each) => [...each]));
    },
  ));
});

Deno.test("FrameReader gives a copy that later bytes leave alone", () => {
  const reader = new FrameReader();
  reader.push(encodeFrame(new Uint8Array([1, 1, 1])));
  const body = reader.next(MAX);
  reader.push(encodeFrame(new Uint8Array([9, 9, 9])));
  assert.deepEqual(body, new Uint8Array([1, 1, 1]));
});

Deno.test("FrameReader accepts a body of the limit and refuses one byte more by its header", () => {
  for (const max of [HANDSHAKE_BODY_MAX_BYTES, CHAT_BODY_MAX_BYTES]) {
    const reader = new FrameReader();
    reader.push(encodeFrame(new Uint8Array(max).fill(1)));
    assert.equal(reader.next(max)?.length, max);
    reader.push(encodeFrame(new Uint8Array(max + 1)).subarray(0, 4));
    assert.throws(() => reader.next(max), { code: "FRAME_TOO_LARGE" });
  }
});

Deno.test("FrameReader refuses length 0xFFFFFFFF before it keeps anything for it", () => {
  const reader = new FrameReader();
  reader.push(new Uint8Array(4).fill(0xff));
  assert.throws(() => reader.next(CHAT_BODY_MAX_BYTES), { code: "FRAME_TOO_LARGE" });
});

Deno.test("FrameReader refuses an empty body with FORMAT", () => {
  const reader = new FrameReader();
  reader.push(new Uint8Array(4));
  assert.throws(() => reader.next(MAX), { code: "FORMAT" });
});

Deno.test("FrameReader holds no more than one frame and one chunk, however long the stream", () => {
  const frame = encodeFrame(new Uint8Array(60_000).fill(5));
  const chunk = concat(frame, frame).subarray(0, 16_384);
  const before = Deno.memoryUsage().external;
  const readers = Array.from({ length: 64 }, () => new FrameReader());
  for (const reader of readers) {
    for (let sent = 0; sent < 4 * frame.length; sent += chunk.length) {
      const start = sent % frame.length;
      reader.push(concat(frame, frame).subarray(start, start + chunk.length));
      drain(reader, 60_000);
    }
  }
  const heldBytes = (Deno.memoryUsage().external - before) / readers.length;
  assert.ok(heldBytes < 1 << 20, `${heldBytes} bytes for each reader`);
});
