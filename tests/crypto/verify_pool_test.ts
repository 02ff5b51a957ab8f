import assert from "node:assert/strict";
import { sign, type SignedItem } from "../../src/crypto/signature.ts";
import { SignedBatch } from "../../src/crypto/signed_batch.ts";
import { VerifyPool } from "../../src/crypto/verify_pool.ts";
import { identity2 } from "../testkit/identities2.ts";
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

for (const [cores, length] of [[1, 40], [2, 0], [2, 1], [2, 17], [4, 200]] as const) {
  Deno.test(`VerifyPool gives each of ${length} items its own result on ${cores} cores`, async () => {
    const items = await mixed(length);
    using pool = new VerifyPool(cores);
    assert.deepEqual(await pool.verifyAll(items), items.map(({ good }) => good));
    assert.deepEqual(
      await pool.verifyAll(items.toReversed()),
      items.map(({ good }) => good).reverse(),
    );
  });
}

Deno.test("VerifyPool says false of signatures of any length", async () => {
  const { alice } = await cast();
  const items = [0, 1, 255, 257, 4096].flatMap((length) =>
    new Array<SignedItem>(40).fill({
      key: alice.certificate.key,
      signature: new Uint8Array(length),
      data: new Uint8Array(3),
    })
  );
  using pool = new VerifyPool(2);
  assert.deepEqual(await pool.verifyAll(items), items.map(() => false));
});

Deno.test("VerifyPool lets timers run while it works", async () => {
  const items = await mixed(40);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  using pool = new VerifyPool(2);
  await pool.verifyAll(items);
  clearInterval(timer);
  assert.ok(ticks > 0);
});

for (const keyType of ["rsa-2048", "ec-p256", "ed25519"] as const) {
  Deno.test(`VerifyPool knows a leaf's key, ${keyType}, on every thread by protocol 2's rules alone`, async () => {
    const own = await identity2("alice", "client", { keyType });
    const items = await Promise.all(Array.from({ length: 200 }, async (_, index) => {
      const data = new TextEncoder().encode(`message ${index}`);
      const signature = await own.signingKey.sign(data);
      if (index % 5 === 0) signature[0] = (signature[0] ?? 0) ^ 1;
      return { key: own.leaf.key, signature, data };
    }));
    for (const cores of [1, 3]) {
      using pool = new VerifyPool(cores, "leaf");
      assert.deepEqual(await pool.verifyAll(items), items.map((_, index) => index % 5 !== 0));
      using older = new VerifyPool(cores);
      const isGood = (index: number) => keyType === "rsa-2048" && index % 5 !== 0;
      assert.deepEqual(await older.verifyAll(items), items.map((_, index) => isGood(index)));
    }
  });
}

Deno.test("VerifyPool's threads do work of their own, whatever else an item carries", async () => {
  const items = await mixed(400);
  using pool = new VerifyPool(2);
  const extra = items.map((item) => ({ ...item, of: { key: item.key, fn: () => 1 } }));
  assert.deepEqual(await pool.verifyAll(extra), items.map(({ good }) => good));
  assert.ok(pool.onThreads > 0, "all was verified by this thread");
});

Deno.test("VerifyPool.help() takes from the line what no thread has", async () => {
  using pool = new VerifyPool(1);
  const [item] = await mixed(2).then((items) => items.slice(1));
  assert.ok(item);
  const batch = new SignedBatch();
  batch.add(item, item.data);
  const results = pool.submit(batch);
  assert.equal(pool.waiting, 1);
  assert.equal(pool.help(), true);
  assert.equal(pool.help(), false);
  assert.deepEqual(await results, [true]);
});
