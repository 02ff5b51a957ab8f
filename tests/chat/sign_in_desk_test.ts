import assert from "node:assert/strict";
import {
  SIGN_IN_TRIES,
  type SignInAsker,
  SignInDesk,
  type SignInRequest,
} from "../../src/chat/sign_in_desk.ts";
import { openSqliteKeyAccounts, openSqliteStore } from "../../src/store/sqlite.ts";
import {
  ALICE,
  codeOf,
  CountingHasher,
  EMAIL,
  MALLORY,
  request,
  withDesk,
} from "../testkit/sign_in_world.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

Deno.test("SignInDesk registers under the CN, and logs in by key, address and password", async () => {
  await withDesk(async ({ desk, store }) => {
    const answer = await desk.answer(request("login", { email: "ALICE@Example.test" }), ALICE);
    assert.deepEqual(answer, {
      kind: "accepted",
      status: "OK",
      text: "logged in",
      email: EMAIL,
      username: "Alice",
    });
    assert.equal((await store.find(ALICE.keyHash))?.username, "Alice");
  });
});

Deno.test("SignInDesk shows who logs in under the CN of the certificate that is shown now", async () => {
  await withDesk(async ({ desk }) => {
    const answer = await desk.answer(request("login"), { ...ALICE, commonName: "Alice B." });
    assert.equal(answer.kind === "accepted" && answer.username, "Alice B.");
  });
});

Deno.test("SignInDesk hashes with scrypt unless it is told otherwise", async () => {
  await inTempFolder(async (folder) => {
    const store = openSqliteKeyAccounts(`${folder}/accounts.db`);
    const desk = new SignInDesk({ store });
    const composed = request("register", { password: "caf\u00e9" });
    assert.equal(codeOf(await desk.answer(composed, ALICE)), "accepted");
    const decomposed = request("login", { password: "cafe\u0301" });
    assert.equal(codeOf(await desk.answer(decomposed, ALICE)), "accepted");
    const wrong = request("login", { password: "cafe" });
    assert.equal(codeOf(await desk.answer(wrong, ALICE)), "SIGN_IN");
    await store.close();
  });
});

Deno.test("SignInDesk answers a wrong address and a wrong password in the same words", async () => {
  await withDesk(async ({ desk }) => {
    const wrongs = [{ password: "wrong" }, { email: "other@example.test" }];
    const answers = [];
    for (const [index, wrong] of wrongs.entries()) {
      answers.push(await desk.answer(request("login", wrong), { ...ALICE, nowMs: index * 60_000 }));
    }
    for (const answer of answers) {
      assert.equal(answer.status, "ERROR");
      assert.equal(codeOf(answer), "SIGN_IN");
    }
    assert.equal(answers[0]?.text, answers[1]?.text);
  });
});

Deno.test("SignInDesk looks an account up by its key alone: another key gets CERT_MISMATCH", async () => {
  await withDesk(async ({ desk }) => {
    const answers = [
      await desk.answer(request("login"), MALLORY),
      await desk.answer(request("login", { email: "nobody@x" }), { ...MALLORY, nowMs: 1000 }),
    ];
    for (const answer of answers) {
      assert.equal(codeOf(answer), "CERT_MISMATCH");
      assert.equal(answer.status, "CERT_MISMATCH");
      assert.match(answer.kind === "refused" ? answer.error.hint : "", /user rebind/);
    }
    assert.equal(answers[0]?.text, answers[1]?.text, "the address makes no difference");
  });
});

// what is wrong, who asks
const COSTLY: readonly (readonly [string, Partial<SignInRequest>, SignInAsker])[] = [
  ["nothing", {}, ALICE],
  ["the password", { password: "wrong" }, ALICE],
  ["the address", { email: "other@example.test" }, ALICE],
  ["the address and the password", { email: "other@example.test", password: "wrong" }, ALICE],
  ["the key", {}, MALLORY],
];

for (const [what, wrong, asker] of COSTLY) {
  Deno.test(`SignInDesk computes one hash for a log-in with ${what} wrong`, async () => {
    await withDesk(async ({ desk, hasher }) => {
      await desk.answer(request("login", wrong), asker);
      assert.equal(hasher.calls, 1);
    });
  });
}

Deno.test("SignInDesk refuses to register a key or an address twice", async () => {
  await withDesk(async ({ desk, store }) => {
    const again = await desk.answer(request("register", { email: "new@x" }), ALICE);
    assert.equal(codeOf(again), "SIGN_IN");
    const taken = request("register", { email: EMAIL.toUpperCase() });
    assert.equal(codeOf(await desk.answer(taken, MALLORY)), "SIGN_IN");
    assert.equal((await store.list()).length, 1);
  });
});

Deno.test("SignInDesk tells who registers a second time nothing of other addresses", async () => {
  await withDesk(async ({ desk }) => {
    await desk.answer(request("register", { email: "mallory@x" }), MALLORY);
    const texts = [];
    for (const [index, email] of [EMAIL, "free@x"].entries()) {
      const asker = { ...MALLORY, nowMs: index * 60_000 };
      texts.push((await desk.answer(request("register", { email }), asker)).text);
    }
    assert.equal(texts[0], texts[1]);
  });
});

Deno.test("SignInDesk registers a leaf with e-mail addresses under one of them alone", async () => {
  await withDesk(async ({ desk, hasher }) => {
    const asker = { ...MALLORY, emails: ["m@x", "Mallory@Example.test"] };
    const other = await desk.answer(request("register", { email: "bob@example.test" }), asker);
    assert.equal(codeOf(other), "SIGN_IN");
    assert.equal(hasher.calls, 0);
    const own = request("register", { email: "mallory@example.test" });
    assert.equal(codeOf(await desk.answer(own, { ...asker, nowMs: 1000 })), "accepted");
  });
});

Deno.test("SignInDesk says nothing of passwords in any error", async () => {
  await withDesk(async ({ desk }) => {
    const passwords = ["hunter2", `hunter2${"x".repeat(1024)}`, "hunter2\ud800"];
    for (const [index, password] of passwords.entries()) {
      const asker = { ...ALICE, nowMs: index * 60_000 };
      const answer = await desk.answer(request("login", { password }), asker);
      assert.equal(answer.kind, "refused");
      if (answer.kind !== "refused") continue;
      const { error, text } = answer;
      assert.ok(!`${error.message}${error.hint}${error.cause}${text}`.includes("hunter2"));
    }
  });
});

Deno.test("SignInDesk shows foreign addresses in its errors as printable text", async () => {
  await withDesk(async ({ desk }) => {
    const answer = await desk.answer(request("login", { email: "a\x1b[2J@x" }), ALICE);
    assert.ok(answer.kind === "refused" && answer.error.message.includes("\\u{1b}"));
  });
});

Deno.test("SIGN_IN_TRIES is what PROTOCOL-2 gives a connection", () => {
  assert.equal(SIGN_IN_TRIES, 3);
});

Deno.test("SignInDesk knows nothing of protocol 1's accounts, nor they of its own", async () => {
  await inTempFolder(async (folder) => {
    const path = `${folder}/accounts.db`;
    const [first, store] = [openSqliteStore(path), openSqliteKeyAccounts(path)];
    const salt = new Uint8Array(16);
    const account = { email: EMAIL, username: "Alice", salt, pwdHash: new Uint8Array(32) };
    assert.equal(await first.add(account), "added");
    const desk = new SignInDesk({ store, hasher: new CountingHasher() });
    assert.equal(codeOf(await desk.answer(request("login"), ALICE)), "CERT_MISMATCH");
    const later = { ...ALICE, nowMs: 1000 };
    assert.equal(codeOf(await desk.answer(request("register"), later)), "accepted");
    assert.equal(await first.remove(EMAIL), true);
    assert.equal(codeOf(await desk.answer(request("login"), later)), "accepted");
    await Promise.all([first.close(), store.close()]);
  });
});
