import assert from "node:assert/strict";
import { Admission } from "../../src/chat/admission.ts";
import { LIMITS, type Limits } from "../../src/chat/limits.ts";

function admission(limits: Partial<Limits>): Admission {
  return new Admission({ ...LIMITS, signInMs: 1_000, ...limits });
}

const A = "192.0.2.1";
const B = "192.0.2.2";

Deno.test("Admission lets a connection wait until its address has a place, in order", async () => {
  const door = admission({ unauthenticatedPerAddress: 1 });
  const first = await door.enter(A);
  const order: string[] = [];
  const waiting = ["second", "third"].map(async (name) => {
    const place = await door.enter(A);
    order.push(name);
    return place;
  });
  assert.deepEqual(order, []);
  first?.release();
  (await waiting[0])?.release();
  await waiting[1];
  assert.deepEqual(order, ["second", "third"]);
});

Deno.test("Admission keeps one address from taking another's places", async () => {
  const door = admission({ unauthenticatedPerAddress: 1, waitingPerAddress: 0 });
  assert.ok(await door.enter(A));
  assert.equal(await door.enter(A), undefined);
  assert.ok(await door.enter(B));
});

Deno.test("Admission counts the addresses of one IPv6 subscriber as one", async () => {
  const door = admission({ unauthenticatedPerAddress: 1, waitingPerAddress: 0 });
  assert.ok(await door.enter("2001:db8::1"));
  assert.equal(await door.enter("2001:db8::2"), undefined);
  assert.ok(await door.enter("2001:db8:0:1::1"));
  assert.ok(await door.enter(A));
  assert.equal(await door.enter(`::ffff:${A}`), undefined);
});

Deno.test("Admission turns away when all places are taken", async () => {
  const door = admission({ unauthenticated: 2 });
  const first = await door.enter(A);
  await door.enter(B);
  assert.equal(await door.enter("192.0.2.3"), undefined);
  first?.release();
  assert.ok(await door.enter("192.0.2.3"));
});

Deno.test("Admission frees a place once, however often it is given back", async () => {
  const door = admission({ unauthenticatedPerAddress: 2, waitingPerAddress: 0 });
  const first = await door.enter(A);
  await door.enter(A);
  first?.release();
  first?.release();
  assert.ok(await door.enter(A));
  assert.equal(await door.enter(A), undefined);
});

Deno.test("Admission gives up waiting after the time to sign in", async () => {
  const door = admission({ unauthenticatedPerAddress: 1, signInMs: 20 });
  const first = await door.enter(A);
  assert.equal(await door.enter(A), undefined);
  first?.release();
  assert.ok(await door.enter(A), "the one that gave up still stands in the way");
});

Deno.test("Admission.close() turns away who waits and who still comes", async () => {
  const door = admission({ unauthenticatedPerAddress: 1 });
  await door.enter(A);
  const waiting = door.enter(A);
  door.close();
  assert.equal(await waiting, undefined);
  assert.equal(await door.enter(A), undefined);
  assert.equal(await door.enter(B), undefined);
});
