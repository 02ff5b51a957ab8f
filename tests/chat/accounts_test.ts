import assert from "node:assert/strict";
import { Accounts } from "../../src/chat/accounts.ts";
import { ChatError } from "../../src/errors.ts";
import type { AccountAnswer, AccountRequest } from "../../src/protocol/session.ts";
import type { AccountStore } from "../../src/store/accounts.ts";
import { LoginThrottle } from "../../src/store/login_throttle.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

const EMAIL = "alice@example.test";
const HASH = new Uint8Array(32).fill(1);
const WRONG = new Uint8Array(32).fill(2);
const SALT = new Uint8Array(16).fill(3);
const REGISTER: AccountRequest = {
  mode: "register",
  email: EMAIL,
  username: "alice",
  salt: SALT,
  pwdHash: HASH,
};

function login(pwdHash: Uint8Array, email = EMAIL): AccountRequest {
  return { mode: "login", email, pwdHash };
}

function accountsOf(store: AccountStore): Accounts {
  const saltSecret = new Uint8Array(32).fill(9);
  return new Accounts({ store, throttle: new LoginThrottle(), saltSecret });
}

async function withAccounts(
  work: (ask: (request: AccountRequest, nowMs?: number) => Promise<AccountAnswer>) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const store = openSqliteStore(`${dir}/accounts.db`);
  const accounts = accountsOf(store);
  await work((request, nowMs = 0) => accounts.answer(request, { address: "192.0.2.1", nowMs }));
  await store.close();
  await Deno.remove(dir, { recursive: true });
}

function codeOf(answer: AccountAnswer): string {
  return answer.kind === "refused" ? answer.error.code : answer.kind;
}

Deno.test("Accounts register, then log in with the hash that was registered", async () => {
  await withAccounts(async (ask) => {
    assert.equal(codeOf(await ask(REGISTER)), "accepted");
    const answer = await ask(login(HASH, EMAIL.toUpperCase()));
    assert.deepEqual(answer, {
      kind: "accepted",
      email: EMAIL,
      username: "alice",
      text: "Login successful",
    });
  });
});

Deno.test("Accounts answer a wrong password and an unknown address in the same words", async () => {
  await withAccounts(async (ask) => {
    await ask(REGISTER);
    const texts = [await ask(login(WRONG)), await ask(login(HASH, "nobody@x"))]
      .map((answer) => answer.kind === "refused" ? answer.text : answer.kind);
    assert.deepEqual(texts, ["Invalid credentials", "Invalid credentials"]);
  });
});

Deno.test("Accounts tell an unknown address a salt that stays the same", async () => {
  await withAccounts(async (ask) => {
    await ask(REGISTER);
    const salt = async (email: string) => {
      const answer = await ask({ mode: "salt", email });
      return answer.kind === "salt" ? new Uint8Array(answer.salt).toHex() : "";
    };
    assert.equal(await salt(EMAIL), SALT.toHex());
    assert.equal((await salt("nobody@x")).length, 32);
    assert.equal(await salt("nobody@x"), await salt("NOBODY@x"));
    assert.notEqual(await salt("nobody@x"), await salt("other@x"));
  });
});

Deno.test("Accounts slow down guesses, those at the same moment too", async () => {
  await withAccounts(async (ask) => {
    await ask(REGISTER);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(login(WRONG))));
    const codes = answers.map(codeOf);
    assert.equal(codes.filter((code) => code === "SIGN_IN").length, 4);
    assert.equal(codes.filter((code) => code === "BUSY").length, 16);
    assert.equal(codeOf(await ask(login(HASH))), "BUSY");
    assert.equal(codeOf(await ask(login(HASH), 120_000)), "accepted");
  });
});

Deno.test("Accounts slow down the search for addresses that are taken", async () => {
  await withAccounts(async (ask) => {
    await ask(REGISTER);
    const codes: string[] = [];
    for (let count = 0; count < 6; count++) codes.push(codeOf(await ask(REGISTER)));
    assert.deepEqual(codes.slice(0, 4), Array.from({ length: 4 }, () => "SIGN_IN"));
    assert.equal(codes.at(-1), "BUSY");
  });
});

/** A store that is down until it is not. */
class DownStore implements AccountStore {
  readonly location = "nowhere";
  isDown = true;

  find() {
    if (this.isDown) return Promise.reject(new ChatError("DATABASE", "cannot reach db:3306"));
    const times = { createdAt: new Date(0) };
    return Promise.resolve({
      email: EMAIL,
      username: "alice",
      salt: SALT,
      pwdHash: HASH,
      ...times,
    });
  }

  add(): Promise<"added"> {
    return Promise.reject(new TypeError("the driver broke: password=hunter2"));
  }

  list() {
    return Promise.resolve([]);
  }

  setPwdHash() {
    return Promise.resolve(false);
  }

  remove() {
    return Promise.resolve(false);
  }

  close() {
    return Promise.resolve();
  }
}

Deno.test("Accounts tell a client nothing of a database that is down", async () => {
  const accounts = accountsOf(new DownStore());
  const asker = { address: "192.0.2.1", nowMs: 0 };
  for (const request of [REGISTER, login(HASH), { mode: "salt", email: EMAIL } as const]) {
    const answer = await accounts.answer(request, asker);
    assert.equal(
      answer.kind === "refused" && answer.text,
      "BUSY: accounts are unavailable, try again later",
    );
  }
  assert.equal(codeOf(await accounts.answer(login(HASH), asker)), "DATABASE");
});

Deno.test("Accounts make nobody wait for log-ins that the database could not check", async () => {
  const store = new DownStore();
  const accounts = accountsOf(store);
  const asker = { address: "192.0.2.1", nowMs: 0 };
  for (let count = 0; count < 20; count++) {
    assert.equal(codeOf(await accounts.answer(login(HASH), asker)), "DATABASE");
  }
  store.isDown = false;
  assert.equal(codeOf(await accounts.answer(login(HASH), asker)), "accepted");
});
