import assert from "node:assert/strict";
import { findSalt, readSaltBook, rememberSalt, type SaltEntry } from "../../src/store/salt_book.ts";

const ALICE: SaltEntry = {
  server: "chat.example.org:8443",
  email: "Alice@Example.org",
  salt: new Uint8Array(16).fill(7),
};

/** A test with the path of a file that is not there yet. */
function withPath(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await fn(`${folder}/salts.json`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

withPath("rememberSalt() keeps what findSalt() finds in any letter case", async (path) => {
  await rememberSalt(path, ALICE);
  await rememberSalt(path, { ...ALICE, server: "other:1", salt: new Uint8Array(16) });
  const book = await readSaltBook(path);
  assert.deepEqual(findSalt(book, { ...ALICE, email: "ALICE@example.org" }), ALICE.salt);
  assert.deepEqual(findSalt(book, { ...ALICE, server: "other:1" }), new Uint8Array(16));
  assert.equal(findSalt(book, { ...ALICE, server: "other:2" }), undefined);
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

withPath("rememberSalt() replaces an account's old salt", async (path) => {
  await rememberSalt(path, ALICE);
  await rememberSalt(path, { ...ALICE, salt: new Uint8Array(16).fill(9) });
  const book = await readSaltBook(path);
  assert.equal(book.length, 1);
  assert.equal(findSalt(book, ALICE)?.[0], 9);
});

withPath("readSaltBook() returns an empty book for a missing file", async (path) => {
  assert.deepEqual(await readSaltBook(path), []);
});

withPath("readSaltBook() rejects broken books with FORMAT", async (path) => {
  const entry = { server: "h:1", email: "a@x", salt: "AAAAAAAAAAAAAAAAAAAAAA==" };
  const broken: readonly unknown[] = [
    null,
    [],
    {},
    { version: 2, salts: [] },
    { version: 1, salts: {} },
    { version: 1, salts: [null] },
    { version: 1, salts: [[]] },
    { version: 1, salts: [{ ...entry, server: undefined }] },
    { version: 1, salts: [{ ...entry, email: 7 }] },
    { version: 1, salts: [{ ...entry, email: "" }] },
    { version: 1, salts: [{ ...entry, email: "x".repeat(400) }] },
    { version: 1, salts: [{ ...entry, salt: "AAAA" }] },
    { version: 1, salts: [{ ...entry, salt: "AAAAAAAAAAAAAAAAAAAAAA" }] },
    { version: 1, salts: [{ ...entry, salt: null }] },
    { version: 1, salts: new Array(10_001).fill(0) },
  ];
  for (const book of broken) {
    await Deno.writeTextFile(path, JSON.stringify(book));
    await assert.rejects(readSaltBook(path), (error: Error) => {
      assert.equal("code" in error && error.code, "FORMAT");
      assert.ok(error.message.includes(path));
      return true;
    }, JSON.stringify(book)?.slice(0, 80));
  }
});

withPath("readSaltBook() rejects bytes that are not JSON in UTF-8 with FORMAT", async (path) => {
  const texts = ["", "{", '{"version":1,"salts":[]}}', '{"version":1,"salts":["\xff"]}'];
  for (const text of texts) {
    await Deno.writeFile(path, Uint8Array.from(text, (character) => character.charCodeAt(0)));
    await assert.rejects(readSaltBook(path), { code: "FORMAT" });
  }
});

withPath("readSaltBook() rejects a file beyond 1 MiB with FILE", async (path) => {
  await Deno.writeFile(path, new Uint8Array(1024 * 1024 + 1).fill(0x20));
  await assert.rejects(readSaltBook(path), { code: "FILE" });
});

withPath("rememberSalt() leaves a broken book as it is", async (path) => {
  await Deno.writeTextFile(path, "not a book");
  await assert.rejects(rememberSalt(path, ALICE), { code: "FORMAT" });
  assert.equal(await Deno.readTextFile(path), "not a book");
});

withPath("rememberSalt() rejects an entry that no book may hold with FORMAT", async (path) => {
  await assert.rejects(rememberSalt(path, { ...ALICE, email: "" }), { code: "FORMAT" });
  await assert.rejects(rememberSalt(path, { ...ALICE, salt: new Uint8Array(8) }), {
    code: "FORMAT",
  });
  assert.deepEqual(await readSaltBook(path), []);
});

withPath("rememberSalt() rejects with FILE when the book is full", async (path) => {
  const salt = "AAAAAAAAAAAAAAAAAAAAAA==";
  const salts = Array.from({ length: 10_000 }, (_, index) => ({
    server: "h:1",
    email: `n${index}`,
    salt,
  }));
  await Deno.writeTextFile(path, JSON.stringify({ version: 1, salts }));
  assert.equal((await readSaltBook(path)).length, 10_000);
  await assert.rejects(rememberSalt(path, ALICE), { code: "FILE" });
  await rememberSalt(path, { ...ALICE, server: "h:1", email: "n5" }); // one of those that are there
  assert.equal((await readSaltBook(path)).length, 10_000);
});
