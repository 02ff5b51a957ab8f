import assert from "node:assert/strict";
import {
  type PasswordHasher,
  SIGN_IN_TRIES,
  type SignInAnswer,
  type SignInAsker,
  SignInDesk,
  type SignInRequest,
} from "../../src/chat/sign_in_desk.ts";
import { asChatError, ChatError } from "../../src/errors.ts";
import type { KeyAccountStore } from "../../src/store/key_accounts.ts";
import { openSqliteKeyAccounts, openSqliteStore } from "../../src/store/sqlite.ts";
import { sampleKeyHash } from "../testkit/key_account_contract.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const EMAIL = "alice@example.test";
const PASSWORD = "correct horse";
const ALICE: SignInAsker = {
  keyHash: sampleKeyHash("alice"),
  commonName: "Alice",
  emails: [],
  nowMs: 0,
};
const MALLORY: SignInAsker = {
  ...ALICE,
  keyHash: sampleKeyHash("mallory"),
  commonName: "Mallory",
};

/** A hasher whose hash is quick, and that counts what it was asked. */
class CountingHasher implements PasswordHasher {
  calls = 0;
  running = 0;
  most = 0;

  async make(password: string) {
    const salt = new Uint8Array(16);
    return { salt, hash: await this.#hash(password) };
  }

  async isRight(password: string, { hash }: { readonly hash: Uint8Array }) {
    return (await this.#hash(password)).toHex() === hash.toHex();
  }

  async #hash(password: string) {
    this.calls++;
    this.running++;
    this.most = Math.max(this.most, this.running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.running--;
    const bytes = new Uint8Array(32);
    new TextEncoder().encodeInto(password.normalize("NFC"), bytes);
    return bytes;
  }
}

function request(type: SignInRequest["type"], change: Partial<SignInRequest> = {}): SignInRequest {
  return { type, email: EMAIL, password: PASSWORD, ...change };
}

function codeOf(answer: SignInAnswer): string {
  return answer.kind === "refused" ? answer.error.code : answer.kind;
}

interface World {
  readonly desk: SignInDesk;
  readonly store: KeyAccountStore;
  readonly hasher: CountingHasher;
}

/** A desk with one account, Alice's. */
function withDesk(work: (world: World) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const store = openSqliteKeyAccounts(`${folder}/accounts.db`);
    const hasher = new CountingHasher();
    const desk = new SignInDesk({ store, hasher });
    try {
      assert.equal(codeOf(await desk.answer(request("register"), ALICE)), "accepted");
      hasher.calls = 0;
      await work({ desk, store, hasher });
    } finally {
      await store.close();
    }
  });
}

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
