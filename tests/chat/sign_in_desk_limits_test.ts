import assert from "node:assert/strict";
import { SignInDesk } from "../../src/chat/sign_in_desk.ts";
import { asChatError, ChatError } from "../../src/errors.ts";
import type { KeyAccountStore } from "../../src/store/key_accounts.ts";
import { sampleKeyHash } from "../testkit/key_account_contract.ts";
import { ALICE, codeOf, MALLORY, request, withDesk } from "../testkit/sign_in_world.ts";

Deno.test("SignInDesk doubles a key's delay with each failure, and no other key waits", async () => {
  await withDesk(async ({ desk, hasher }) => {
    const wrong = request("login", { password: "wrong" });
    let nowMs = 0;
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      assert.equal(codeOf(await desk.answer(wrong, { ...ALICE, nowMs })), "SIGN_IN");
      const early = { ...ALICE, nowMs: nowMs + seconds * 1000 - 1 };
      const answer = await desk.answer(request("login"), early);
      assert.equal(codeOf(answer), "BUSY");
      assert.equal(answer.status, "BUSY");
      assert.match(answer.text, / 1 s$/);
      nowMs += seconds * 1000;
    }
    assert.equal(hasher.calls, 8, "who must wait costs no hash");
    const mallory = { ...MALLORY, nowMs };
    assert.equal(codeOf(await desk.answer(request("login"), mallory)), "CERT_MISMATCH");
    assert.equal(codeOf(await desk.answer(request("login"), mallory)), "BUSY");
    assert.equal(codeOf(await desk.answer(request("login"), { ...ALICE, nowMs })), "accepted");
    assert.equal(codeOf(await desk.answer(request("login"), { ...ALICE, nowMs })), "accepted");
  });
});

Deno.test("SignInDesk tells how long to wait", async () => {
  await withDesk(async ({ desk }) => {
    for (const nowMs of [0, 1000, 3000]) {
      await desk.answer(request("login", { password: "wrong" }), { ...ALICE, nowMs });
    }
    const answer = await desk.answer(request("login"), { ...ALICE, nowMs: 3000 });
    assert.match(answer.text, /try again in 4 s$/);
  });
});

Deno.test("SignInDesk lets attempts of one key at the same moment share no guess", async () => {
  await withDesk(async ({ desk }) => {
    const wrong = request("login", { password: "wrong" });
    const answers = await Promise.all(Array.from({ length: 20 }, () => desk.answer(wrong, ALICE)));
    assert.equal(answers.map(codeOf).filter((code) => code === "SIGN_IN").length, 1);
    assert.equal(answers.map(codeOf).filter((code) => code === "BUSY").length, 19);
  });
});

Deno.test("SignInDesk hashes two at once, lets 32 wait, and answers BUSY to the rest", async () => {
  await withDesk(async ({ desk, hasher }) => {
    const askers = Array.from({ length: 40 }, (_, index) => (
      { ...MALLORY, keyHash: sampleKeyHash(`key ${index}`) }
    ));
    const answers = await Promise.all(askers.map((asker) => desk.answer(request("login"), asker)));
    const codes = answers.map(codeOf);
    assert.equal(codes.filter((code) => code === "CERT_MISMATCH").length, 34);
    assert.equal(codes.filter((code) => code === "BUSY").length, 6);
    assert.equal(hasher.calls, 34);
    assert.equal(hasher.most, 2);
    const turnedAway = askers[codes.indexOf("BUSY")] ?? MALLORY;
    const answer = await desk.answer(request("login"), turnedAway);
    assert.equal(codeOf(answer), "CERT_MISMATCH", "who was turned away waits for nothing");
  });
});

Deno.test("SignInDesk refuses passwords that cannot be one before anything is hashed", async () => {
  await withDesk(async ({ desk, hasher }) => {
    for (const type of ["register", "login"] as const) {
      for (const password of ["", "x".repeat(1025), "\u00e9".repeat(513), "a\ud800"]) {
        const answer = await desk.answer(request(type, { password }), MALLORY);
        assert.equal(codeOf(answer), "FORMAT");
        assert.equal(answer.status, "FORMAT");
      }
    }
    assert.equal(hasher.calls, 0);
    const long = request("login", { password: "e\u0301".repeat(512) });
    assert.equal(codeOf(await desk.answer(long, MALLORY)), "CERT_MISMATCH", "1,024 bytes in NFC");
  });
});

/** A store that is down until it is not. */
function downStore(store: KeyAccountStore, state: { isDown: boolean; error: Error }) {
  return new Proxy(store, {
    get(target, name: keyof KeyAccountStore) {
      if (state.isDown) return () => Promise.reject(state.error);
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("SignInDesk tells a client nothing of a database that is down, and nobody waits for it", async () => {
  await withDesk(async ({ store, hasher }) => {
    const state = { isDown: true, error: new ChatError("DATABASE", "cannot reach db:3306") };
    const desk = new SignInDesk({ store: downStore(store, state), hasher });
    for (let count = 0; count < 20; count++) {
      for (const [type, asker] of [["login", ALICE], ["register", MALLORY]] as const) {
        const answer = await desk.answer(request(type), asker);
        assert.equal(codeOf(answer), "DATABASE");
        assert.equal(answer.status, "BUSY");
        assert.equal(answer.text, "accounts are unavailable, try again later");
      }
    }
    state.isDown = false;
    assert.equal(codeOf(await desk.answer(request("login"), ALICE)), "accepted");
  });
});

Deno.test("SignInDesk answers what nobody foresaw like a database that is down", async () => {
  await withDesk(async ({ store, hasher }) => {
    const state = { isDown: true, error: asChatError(new TypeError("the driver broke")) };
    const desk = new SignInDesk({ store: downStore(store, state), hasher });
    const answer = await desk.answer(request("login"), ALICE);
    assert.equal(codeOf(answer), "INTERNAL");
    assert.deepEqual([answer.status, answer.text], [
      "BUSY",
      "accounts are unavailable, try again later",
    ]);
  });
});
