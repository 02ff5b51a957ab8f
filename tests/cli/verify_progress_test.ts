import assert from "node:assert/strict";
import { progressRow, withProgress } from "../../src/cli/verify_progress.ts";
import { memoryIo } from "../testkit/memory_io.ts";

async function* slowly(): AsyncGenerator<Uint8Array, void> {
  for (let chunk = 0; chunk < 5; chunk++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    yield new Uint8Array(chunk);
  }
}

Deno.test("progressRow() fits into 40 columns, whatever the numbers are", () => {
  for (const done of [0, 1, 5e8, 1e12]) {
    for (const total of [undefined, 0, 1e12]) {
      for (const elapsedMs of [1_000, 1e9]) {
        assert.ok(progressRow(done, total, elapsedMs).length < 40);
      }
    }
  }
});

Deno.test("withProgress() draws on a terminal after a second, erases its row, and changes no byte", async () => {
  const io = memoryIo();
  const drawn: string[] = [];
  const err = { write: (text: string) => void drawn.push(text), isTerminal: true };
  const lengths = await Array.fromAsync(
    withProgress({ ...io, err }, "-", slowly()),
    (one) => one.length,
  );
  assert.deepEqual(lengths, [0, 1, 2, 3, 4]);
  assert.ok(drawn.length >= 2);
  assert.equal(drawn.at(-1), "\r\x1b[K");
});

Deno.test("withProgress() draws nothing where nobody looks", async () => {
  const io = memoryIo();
  await Array.fromAsync(withProgress(io, "-", slowly()));
  assert.equal(io.stderr(), "");
});
