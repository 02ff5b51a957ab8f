import assert from "node:assert/strict";
import { sign, type SignedItem, verifyAll } from "../../src/crypto/signature.ts";
import { cast } from "../testkit/transcript_builder.ts";

/** Items, every third with the wrong key, every fifth with a changed signature. */
async function mixed(length: number): Promise<readonly (SignedItem & { good: boolean })[]> {
  const { alice, server } = await cast();
  return await Promise.all(Array.from({ length }, async (_, index) => {
    const data = new TextEncoder().encode(`message ${index}`);
    const signature = await sign(alice.signingKey, data);
    if (index % 5 === 0) signature.reverse();
    const isWrongKey = index % 3 === 0;
    const { key } = (isWrongKey ? server : alice).certificate;
    return { key, signature, data, good: !isWrongKey && index % 5 !== 0 };
  }));
}

for (const length of [0, 1, 2, 3, 60]) {
  Deno.test(`verifyAll() gives each of ${length} items its own result`, async () => {
    const items = await mixed(length);
    assert.deepEqual(await verifyAll(items), items.map(({ good }) => good));
  });
}

Deno.test("verifyAll() says false of signatures of any length", async () => {
  const { alice } = await cast();
  const items = [0, 1, 255, 257, 4096].map((length) => ({
    key: alice.certificate.key,
    signature: new Uint8Array(length),
    data: new Uint8Array(3),
  }));
  assert.deepEqual(await verifyAll(items), items.map(() => false));
});

Deno.test("verifyAll() lets timers run while it works", async () => {
  const items = await mixed(40);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await verifyAll(items);
  clearInterval(timer);
  assert.ok(ticks > 0);
});
