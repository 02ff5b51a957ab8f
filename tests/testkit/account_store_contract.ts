/**
 * What every account store must do; each store's tests run it.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Account, AccountStore } from "../../src/store/accounts.ts";

/**
 * An account to store.
 *
 * @param name Its name, from which the address is made.
 * @returns The account; its salt holds every kind of byte.
 */
export function sampleAccount(name: string): Account {
  return {
    email: `${name}@example.org`,
    username: name,
    salt: new Uint8Array([0, 1, 0x27, 0x5c, 0x7f, 0x80, 0xff, 10, 13, 26, 34, 9, 8, 7, 6, 0]),
    pwdHash: new Uint8Array(32).fill(0xab),
  };
}

async function checkAdd(store: AccountStore): Promise<void> {
  const alice = sampleAccount("alice");
  assert.equal(await store.add(alice), "added");
  const found = await store.find("ALICE@Example.ORG");
  assert.ok(found);
  assert.deepEqual({ ...found, createdAt: undefined }, { ...alice, createdAt: undefined });
  assert.ok(Math.abs(found.createdAt.getTime() - Date.now()) < 60_000, "createdAt is now");
  assert.equal(await store.find("nobody@example.org"), undefined);
}

async function checkUnique(store: AccountStore): Promise<void> {
  const other = sampleAccount("other");
  assert.equal(await store.add({ ...other, email: "Alice@example.org" }), "exists");
  assert.equal(await store.add({ ...other, username: "ALICE" }), "exists");
  assert.equal(await store.find("other@example.org"), undefined);
  assert.equal((await store.list()).length, 1);
}

async function checkSetPwdHash(store: AccountStore): Promise<void> {
  const pwdHash = new Uint8Array(32).fill(7);
  assert.equal(await store.setPwdHash("alice@EXAMPLE.org", pwdHash), true);
  assert.equal(await store.setPwdHash("alice@example.org", pwdHash), true, "the same once more");
  assert.equal(await store.setPwdHash("nobody@example.org", pwdHash), false);
  const found = await store.find("alice@example.org");
  assert.deepEqual(found?.pwdHash, pwdHash);
  assert.deepEqual(found?.salt, sampleAccount("alice").salt);
}

async function checkOddText(store: AccountStore): Promise<void> {
  const odd = { ...sampleAccount("o'); DROP TABLE users; -- \\"), username: "\u{1f600} √¶ ñ" };
  assert.equal(await store.add(odd), "added");
  assert.equal((await store.find(odd.email))?.username, odd.username);
  const plain = sampleAccount("jose");
  assert.equal(await store.add(plain), "added");
  assert.equal(await store.find("josé@example.org"), undefined);
  assert.equal(await store.find("jose@example.org "), undefined);
  assert.equal(await store.remove("josé@example.org"), false);
  assert.equal(await store.find("%"), undefined);
}

async function checkListAndRemove(store: AccountStore): Promise<void> {
  const names = (await store.list()).map(({ username }) => username);
  assert.deepEqual(names, ["alice", "\u{1f600} √¶ ñ", "jose"]);
  assert.equal(await store.remove("Alice@Example.org"), true);
  assert.equal(await store.remove("alice@example.org"), false);
  assert.equal((await store.list()).length, 2);
}

async function checkParallel(store: AccountStore): Promise<void> {
  const same = Array.from({ length: 20 }, () => store.add(sampleAccount("racer")));
  const outcomes = await Promise.all(same);
  assert.equal(outcomes.filter((outcome) => outcome === "added").length, 1);
  const many = Array.from({ length: 100 }, (_, index) => store.find(`n${index}@example.org`));
  assert.deepEqual(new Set(await Promise.all(many)), new Set([undefined]));
}

/**
 * Runs the contract.
 *
 * @param context The test it belongs to.
 * @param store An empty store; it is closed at the end.
 */
export async function checkAccountStore(
  context: Deno.TestContext,
  store: AccountStore,
): Promise<void> {
  await context.step("add() stores what find() returns", () => checkAdd(store));
  await context.step("add() refuses a taken address or name", () => checkUnique(store));
  await context.step("setPwdHash() keeps the salt", () => checkSetPwdHash(store));
  await context.step("find() takes text literally", () => checkOddText(store));
  await context.step("list() is oldest first, remove() removes", () => checkListAndRemove(store));
  await context.step("add() lets one of many rivals win", () => checkParallel(store));
  await context.step("find() rejects with DATABASE after close()", async () => {
    await store.close();
    await store.close();
    await assert.rejects(store.find("alice@example.org"), { code: "DATABASE" });
  });
}
