import assert from "node:assert/strict";
import fc from "fast-check";
import { type ByteSource, LINE_MAX_BYTES, LineReader } from "../../src/cli/line_reader.ts";

/** A source that gives its bytes in the given pieces. */
function piecesOf(bytes: Uint8Array, sizes: readonly number[] = []): ByteSource {
  let rest = bytes;
  const left = [...sizes];
  return {
    read(buffer) {
      if (rest.length === 0) return Promise.resolve(null);
      const size = Math.min(left.shift() ?? rest.length, rest.length, buffer.length);
      buffer.set(rest.subarray(0, size));
      rest = rest.subarray(size);
      return Promise.resolve(size);
    },
  };
}

async function readAll(bytes: Uint8Array, sizes?: readonly number[]): Promise<readonly string[]> {
  const reader = new LineReader(piecesOf(bytes, sizes));
  const lines: string[] = [];
  for (let line = await reader.nextLine(); line !== undefined; line = await reader.nextLine()) {
    lines.push(line);
  }
  return lines;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("LineReader gives the same lines however the bytes arrive", async () => {
  const lines = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1 });
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }));
  await fc.assert(fc.asyncProperty(lines, sizes, async (wanted, sizes) => {
    const clean = wanted.map((line) => line.replaceAll(/[\r\n\ufeff]/g, ""));
    assert.deepEqual(
      await readAll(encode(clean.map((line) => `${line}\n`).join("")), sizes),
      clean,
    );
  }));
});

Deno.test("LineReader tolerates CRLF, a byte order mark, and a last line without an end", async () => {
  assert.deepEqual(await readAll(encode("\ufeffa\r\n\r\nb")), ["a", "", "b"]);
  assert.deepEqual(await readAll(encode("")), []);
  assert.deepEqual(await readAll(encode("\n")), [""]);
});

Deno.test("LineReader accepts a line of 64 KiB and rejects a longer one with FORMAT", async () => {
  const longest = "x".repeat(LINE_MAX_BYTES);
  assert.deepEqual(await readAll(encode(`a\n${longest}\nb`), [100]), ["a", longest, "b"]);
  await assert.rejects(readAll(encode(`a\n${longest}x\nb`)), {
    code: "FORMAT",
    message: /line 2 .*longer/,
  });
});

Deno.test("LineReader rejects what is not UTF-8 with FORMAT and the line's number", async () => {
  const bytes = new Uint8Array([...encode("a\n"), 0xff, 0x0a]);
  await assert.rejects(readAll(bytes), { code: "FORMAT", message: /line 2 .*UTF-8/ });
});

Deno.test("LineReader keeps what follows a byte or a line for the next reader", async () => {
  const reader = new LineReader(piecesOf(encode("x\r\nrest\n")));
  assert.equal(await reader.nextByte(), 0x78);
  assert.equal(await reader.nextByte(), 0x0d);
  reader.skip(0x0a);
  reader.skip(0x0a);
  assert.equal(await reader.nextLine(), "rest");
  assert.equal(await reader.nextByte(), undefined);
});

Deno.test("LineReader takes a source that was closed under a read for its end", async () => {
  const reader = new LineReader({ read: () => Promise.reject(new Deno.errors.Interrupted()) });
  assert.equal(await reader.nextLine(), undefined);
  assert.equal(reader.isReading, false);
});
