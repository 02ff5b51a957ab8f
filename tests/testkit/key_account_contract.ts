/**
 * What every store of protocol 2's accounts must do; each store's tests run it.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { KeyAccount, KeyAccountStore } from "../../src/store/key_accounts.ts";

/**
 * An account to store.
 *
 * @param name Its name, from which the address and the key are made.
 * @returns The account; its salt and hash hold every kind of byte.
 */
export function sampleKeyAccount(name: string): KeyAccount {
  return {
    keyHash: sampleKeyHash(name),
    email: `${name}@example.org`,
    username: name.replace(/[^ -~]/g, "?"),
    password: {
      salt: new Uint8Array([0, 1, 0x27, 0x5c, 0x7f, 0x80, 0xff, 10, 13, 26, 34, 9, 8, 7, 6, 0]),
      hash: Uint8Array.from({ length: 32 }, (_, index) => 255 - 8 * index),
    },
  };
}

/**
 * The hash of a key that does not exist.
 *
 * @param seed What tells it from others.
 * @returns 64 lower-case hex digits.
 */
export function sampleKeyHash(seed: string): string {
  return new TextEncoder().encode(seed).toHex().padEnd(64, "0").slice(0, 64);
}

async function checkInsert(store: KeyAccountStore): Promise<void> {
  await store.prepare();
  const alice = sampleKeyAccount("alice");
  assert.equal(await store.insert(alice), "added");
  const found = await store.find(alice.keyHash);
  assert.ok(found);
  assert.deepEqual({ ...found, createdAt: undefined }, { ...alice, createdAt: undefined });
  assert.ok(Math.abs(found.createdAt.getTime() - Date.now()) < 60_000, "createdAt is now");
  assert.deepEqual(await store.findByEmail("ALICE@Example.ORG"), found);
  assert.equal(await store.find(sampleKeyHash("nobody")), undefined);
  assert.equal(await store.find(alice.keyHash.toUpperCase()), undefined);
  assert.equal(await store.findByEmail("nobody@example.org"), undefined);
}

async function checkUnique(store: KeyAccountStore): Promise<void> {
  const alice = sampleKeyAccount("alice");
  const other = sampleKeyAccount("other");
  assert.equal(await store.insert({ ...other, email: "Alice@example.org" }), "email_taken");
  assert.equal(await store.insert({ ...other, keyHash: alice.keyHash }), "key_taken");
  assert.equal(await store.insert(alice), "key_taken", "the key is named before the address");
  assert.equal((await store.list()).length, 1);
  const namesake = { ...sampleKeyAccount("namesake"), username: "alice" };
  assert.equal(await store.insert(namesake), "added", "a name may repeat");
  assert.equal(await store.remove(namesake.email), true);
}

async function checkRefused(store: KeyAccountStore): Promise<void> {
  const good = sampleKeyAccount("bad");
  const { salt, hash } = good.password;
  const bad: readonly Partial<KeyAccount>[] = [
    { keyHash: good.keyHash.slice(1) },
    { keyHash: "A".repeat(64) },
    { email: "" },
    { email: `${"x".repeat(255)}@` },
    { username: "" },
    { username: "x".repeat(65) },
    { username: "caf\u00e9" },
    { password: { salt: salt.slice(1), hash } },
    { password: { salt, hash: new Uint8Array(33) } },
  ];
  for (const change of bad) {
    await assert.rejects(store.insert({ ...good, ...change }), { code: "FORMAT" });
  }
  const binding = { keyHash: "x", username: "alice" };
  await assert.rejects(store.rebind("alice@example.org", binding), { code: "FORMAT" });
}

async function checkRebind(store: KeyAccountStore): Promise<void> {
  await store.insert(sampleKeyAccount("bob"));
  const [old, fresh] = [sampleKeyHash("alice"), sampleKeyHash("new key of alice")];
  const before = await store.find(old);
  const binding = { keyHash: fresh, username: "Alice B." };
  assert.equal(await store.rebind("Alice@Example.org", binding), "rebound");
  assert.equal(await store.rebind("alice@example.org", binding), "rebound", "the same once more");
  assert.deepEqual(await store.find(fresh), { ...before, ...binding });
  assert.equal(await store.find(old), undefined, "the old key has no account");
  const taken = { keyHash: sampleKeyHash("bob"), username: "alice" };
  assert.equal(await store.rebind("alice@example.org", taken), "key_taken");
  assert.equal(await store.rebind("nobody@example.org", binding), "unknown");
  assert.equal((await store.find(fresh))?.username, "Alice B.");
  assert.equal(await store.rebind("alice@example.org", sampleKeyAccount("alice")), "rebound");
}

async function checkSetPassword(store: KeyAccountStore): Promise<void> {
  const password = { salt: new Uint8Array(16).fill(7), hash: new Uint8Array(32).fill(9) };
  assert.equal(await store.setPassword("alice@EXAMPLE.org", password), true);
  assert.equal(await store.setPassword("alice@example.org", password), true, "once more");
  assert.equal(await store.setPassword("nobody@example.org", password), false);
  assert.deepEqual((await store.find(sampleKeyHash("alice")))?.password, password);
  const bob = await store.find(sampleKeyHash("bob"));
  assert.deepEqual(bob?.password, sampleKeyAccount("bob").password);
}

async function checkOddText(store: KeyAccountStore): Promise<void> {
  const odd = sampleKeyAccount("o'); DROP TABLE key_accounts; -- \\\u{1f600}");
  assert.equal(await store.insert(odd), "added");
  assert.equal((await store.findByEmail(odd.email))?.email, odd.email);
  assert.equal(await store.insert(sampleKeyAccount("jose")), "added");
  for (const other of ["jos\u00e9@example.org", "jose@example.org ", "jose@example.org\u0000"]) {
    assert.equal(await store.findByEmail(other), undefined, other);
    assert.equal(await store.remove(other), false, other);
  }
  const accent = { ...sampleKeyAccount("accent"), email: "jos\u00e9@example.org" };
  assert.equal(await store.insert(accent), "added");
  assert.equal((await store.findByEmail("JOS\u00c9@example.org"))?.keyHash, accent.keyHash);
  assert.equal(await store.remove(accent.email), true);
}

async function checkListAndRemove(store: KeyAccountStore): Promise<void> {
  const names = (await store.list()).map(({ username }) => username);
  assert.deepEqual(names, ["alice", "bob", "o'); DROP TABLE key_accounts; -- \\??", "jose"]);
  assert.equal(await store.remove("Alice@Example.org"), true);
  assert.equal(await store.remove("alice@example.org"), false);
  assert.equal((await store.list()).length, 3);
}

async function checkParallel(store: KeyAccountStore): Promise<void> {
  const rivals = Array.from({ length: 20 }, (_, index) => {
    const account = sampleKeyAccount("racer");
    return store.insert(index % 2 === 0 ? account : { ...account, keyHash: sampleKeyHash("r2") });
  });
  const outcomes = await Promise.all(rivals);
  assert.equal(outcomes.filter((outcome) => outcome === "added").length, 1);
}

/**
 * Runs the contract.
 *
 * @param context The test it belongs to.
 * @param store An empty store; it is closed at the end.
 */
export async function checkKeyAccountStore(
  context: Deno.TestContext,
  store: KeyAccountStore,
): Promise<void> {
  await context.step("insert() stores what find() returns", () => checkInsert(store));
  await context.step("insert() refuses a taken key or address", () => checkUnique(store));
  await context.step("insert() refuses what no account can be", () => checkRefused(store));
  await context.step("rebind() moves an account to another key", () => checkRebind(store));
  await context.step("setPassword() changes one account alone", () => checkSetPassword(store));
  await context.step("findByEmail() takes text literally", () => checkOddText(store));
  await context.step("list() is oldest first, remove() removes", () => checkListAndRemove(store));
  await context.step("insert() lets one of many rivals win", () => checkParallel(store));
  await context.step("find() rejects with DATABASE after close()", async () => {
    await store.close();
    await store.close();
    await assert.rejects(store.find(sampleKeyHash("alice")), { code: "DATABASE" });
  });
}
