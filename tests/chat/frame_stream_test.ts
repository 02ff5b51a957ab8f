import assert from "node:assert/strict";
import { FrameStream } from "../../src/chat/frame_stream.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { ChatError } from "../../src/errors.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";

/** A socket that gives one byte a read, for ever. */
function tricklingSocket(frame: Uint8Array): Deno.TcpConn {
  let reads = 0;
  const conn = {
    setNoDelay() {},
    setKeepAlive() {},
    read(buffer: Uint8Array): Promise<number> {
      buffer[0] = frame[reads++ % frame.length] ?? 0;
      return Promise.resolve(1);
    },
  };
  return conn as unknown as Deno.TcpConn;
}

async function socketPair(): Promise<readonly [Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
}

Deno.test("FrameStream.next() keeps nothing of the reads before: an open session does not grow", async () => {
  const stream = new FrameStream(tricklingSocket(encodeFrame(Uint8Array.of(7))), LIMITS);
  const before = Deno.memoryUsage().heapUsed;
  for (let frame = 0; frame < 60_000; frame++) await stream.next({ maxBytes: 16 });
  const grown = Deno.memoryUsage().heapUsed - before;
  assert.ok(grown < 40_000_000, `the heap grew by ${grown} bytes in 300,000 reads`);
});

Deno.test("FrameStream.fail() ends reading at once, and what is written then still leaves", async () => {
  const [near, far] = await socketPair();
  const stream = new FrameStream(near, LIMITS);
  const reading = stream.next({ maxBytes: 16 });
  stream.fail(new ChatError("REVOKED", "the certificate was revoked"));
  await assert.rejects(reading, { code: "REVOKED" });
  await stream.write(encodeFrame(Uint8Array.of(7)));
  const buffer = new Uint8Array(16);
  assert.equal(await far.read(buffer), 5);
  await Promise.all([stream.close(), far.read(buffer).then(() => far.close())]);
});

Deno.test("FrameStream.write() gives up for good when a write has stalled: half a frame has no next one", async () => {
  const [near, far] = await socketPair();
  const stream = new FrameStream(near, { writeMs: 50 });
  const reading = stream.next({ maxBytes: 16 });
  void stream.write(encodeFrame(new Uint8Array(32_000_000)));
  await assert.rejects(reading, { code: "SLOW" });
  const startedMs = performance.now();
  await stream.close(0);
  assert.ok(performance.now() - startedMs < 500, "closing waited for a peer that never reads");
  far.close();
});
