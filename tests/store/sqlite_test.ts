import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../src/errors.ts";
import { initSqlite, openSqliteKeyAccounts, openSqliteStore } from "../../src/store/sqlite.ts";
import { sqliteFault } from "../../src/store/sqlite_faults.ts";
import { checkAccountStore, sampleAccount } from "../testkit/account_store_contract.ts";
import { checkKeyAccountStore, sampleKeyAccount } from "../testkit/key_account_contract.ts";

/** A test with a folder of its own, which is removed. */
function inFolder(
  name: string,
  fn: (folder: string, context: Deno.TestContext) => Promise<void> | void,
): void {
  Deno.test(name, async (context) => {
    const folder = await Deno.makeTempDir();
    try {
      await fn(folder, context);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Asserts that opening fails with DATABASE, naming the path in the hint. */
function refusesToOpen(path: string): void {
  assert.throws(() => openSqliteStore(path), (error) => {
    assert.ok(error instanceof ChatError);
    assert.equal(error.code, "DATABASE");
    assert.ok(error.hint.includes(path));
    return true;
  });
}

inFolder("openSqliteStore() keeps the contract of a store", async (folder, context) => {
  await checkAccountStore(context, openSqliteStore(`${folder}/a.db`));
});

inFolder("openSqliteKeyAccounts() keeps the contract of a store", async (folder, context) => {
  await checkKeyAccountStore(context, openSqliteKeyAccounts(`${folder}/a.db`));
});

inFolder(
  "accounts of the two protocols are in one file and know nothing of each other",
  async (folder) => {
    const [first, second] = [
      openSqliteStore(`${folder}/a.db`),
      openSqliteKeyAccounts(`${folder}/a.db`),
    ];
    assert.equal(await first.add(sampleAccount("a")), "added");
    assert.equal(await second.findByEmail("a@example.org"), undefined);
    assert.equal(await second.insert(sampleKeyAccount("a")), "added");
    assert.equal(await first.remove("a@example.org"), true);
    assert.equal((await second.list()).length, 1);
    assert.deepEqual(await first.list(), []);
    await Promise.all([first.close(), second.close()]);
  },
);

/** The file as the version before protocol 2 made it. */
const FORMAT_1 = `CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  pwd_hash TEXT NOT NULL CHECK (length(pwd_hash) = 64 AND pwd_hash NOT GLOB '*[^0-9a-f]*'),
  created_at INTEGER NOT NULL
) STRICT; PRAGMA user_version = 1`;

inFolder("initSqlite() upgrades an older file and keeps its accounts", async (folder) => {
  const path = `${folder}/a.db`;
  const old = new DatabaseSync(path);
  old.exec(FORMAT_1);
  old.exec(`INSERT INTO users (email, username, salt, pwd_hash, created_at)
            VALUES ('a@x', 'a', zeroblob(16), '${"0".repeat(64)}', 5)`);
  const schema = old.prepare("SELECT sql FROM sqlite_schema WHERE name = 'users'").get()?.sql;
  old.close();
  assert.equal(initSqlite(path), "upgraded");
  assert.equal(initSqlite(path), "ready");
  const store = openSqliteStore(path);
  assert.equal((await store.find("a@x"))?.createdAt.getTime(), 5);
  await store.close();
  using upgraded = new DatabaseSync(path);
  const after = upgraded.prepare("SELECT sql FROM sqlite_schema WHERE name = 'users'").get()?.sql;
  assert.equal(after, schema);
  assert.equal(initSqlite(`${folder}/new.db`), "created");
});

inFolder("openSqliteKeyAccounts() upgrades an older file by itself", async (folder) => {
  const old = new DatabaseSync(`${folder}/a.db`);
  old.exec(FORMAT_1);
  old.close();
  const store = openSqliteKeyAccounts(`${folder}/a.db`);
  assert.equal(await store.insert(sampleKeyAccount("a")), "added");
  await store.close();
});

inFolder("openSqliteKeyAccounts() rejects with DATABASE when a row is broken", async (folder) => {
  const store = openSqliteKeyAccounts(`${folder}/a.db`);
  await store.insert(sampleKeyAccount("a"));
  using other = new DatabaseSync(`${folder}/a.db`);
  other.exec("PRAGMA ignore_check_constraints = 1; UPDATE key_accounts SET salt = x'00'");
  await assert.rejects(store.find(sampleKeyAccount("a").keyHash), { code: "DATABASE" });
  await assert.rejects(store.list(), { code: "DATABASE" });
  assert.equal(await store.remove("a@example.org"), true, "it can still be removed");
  await store.close();
});

inFolder("openSqliteStore() makes files that only their owner may read", async (folder) => {
  const store = openSqliteStore(`${folder}/a.db`);
  await store.add(sampleAccount("a"));
  const modes: [string, number][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    modes.push([name, ((await Deno.stat(`${folder}/${name}`)).mode ?? 0) & 0o777]);
  }
  assert.deepEqual(modes.sort(), [["a.db", 0o600], ["a.db-shm", 0o600], ["a.db-wal", 0o600]]);
  await store.close();
});

inFolder("openSqliteStore() finds the accounts again", async (folder) => {
  const first = openSqliteStore(`${folder}/a.db`);
  await first.add(sampleAccount("a"));
  await first.close();
  const second = openSqliteStore(`${folder}/a.db`);
  assert.equal((await second.list()).length, 1);
  await second.close();
});

inFolder("openSqliteStore() shares a file with another process's store", async (folder) => {
  const [one, two] = [openSqliteStore(`${folder}/a.db`), openSqliteStore(`${folder}/a.db`)];
  assert.equal(await one.add(sampleAccount("a")), "added");
  assert.equal(await two.add(sampleAccount("a")), "exists");
  await Promise.all([one.close(), two.close()]);
});

inFolder("openSqliteStore() throws DATABASE for a file that is no database", (folder) => {
  Deno.writeTextFileSync(`${folder}/a.db`, "this is plain text, not a database. ".repeat(200));
  refusesToOpen(`${folder}/a.db`);
});

inFolder("openSqliteStore() throws DATABASE for a folder or a missing folder", (folder) => {
  refusesToOpen(folder);
  refusesToOpen(`${folder}/missing/a.db`);
});

inFolder("openSqliteStore() throws DATABASE for a newer format", async (folder) => {
  await openSqliteStore(`${folder}/a.db`).close();
  using database = new DatabaseSync(`${folder}/a.db`);
  database.exec("PRAGMA user_version = 3");
  refusesToOpen(`${folder}/a.db`);
});

inFolder("openSqliteStore() throws DATABASE for another program's file", (folder) => {
  using database = new DatabaseSync(`${folder}/a.db`);
  database.exec("CREATE TABLE songs (title TEXT)");
  refusesToOpen(`${folder}/a.db`);
  assert.equal(database.prepare("PRAGMA user_version").get()?.user_version, 0);
});

inFolder(
  "openSqliteStore() throws DATABASE for a file whose format number is another program's",
  (folder) => {
    for (const version of [1, 2, -1]) {
      using database = new DatabaseSync(`${folder}/${version}.db`);
      database.exec(`CREATE TABLE songs (title TEXT); PRAGMA user_version = ${version}`);
      refusesToOpen(`${folder}/${version}.db`);
      assert.equal(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n, 1);
    }
  },
);

inFolder("openSqliteStore() rejects with DATABASE while the file is locked", async (folder) => {
  const store = openSqliteStore(`${folder}/a.db`);
  using other = new DatabaseSync(`${folder}/a.db`);
  other.exec("BEGIN EXCLUSIVE");
  await assert.rejects(store.add(sampleAccount("a")), { code: "DATABASE" });
  assert.equal(await store.find("a@example.org"), undefined, "readers go on");
  other.exec("ROLLBACK");
  assert.equal(await store.add(sampleAccount("a")), "added");
  await store.close();
});

inFolder("openSqliteStore() rejects with DATABASE when a row is broken", async (folder) => {
  const store = openSqliteStore(`${folder}/a.db`);
  await store.add(sampleAccount("a"));
  using other = new DatabaseSync(`${folder}/a.db`);
  other.exec("PRAGMA ignore_check_constraints = 1; UPDATE users SET salt = x'00'");
  await assert.rejects(store.find("a@example.org"), { code: "DATABASE" });
  await assert.rejects(store.list(), { code: "DATABASE" });
  await store.close();
});

inFolder("openSqliteStore() rejects with DATABASE when a page is damaged", async (folder) => {
  const store = openSqliteStore(`${folder}/a.db`);
  for (let index = 0; index < 200; index++) await store.add(sampleAccount(`n${index}`));
  await store.close();
  using file = await Deno.open(`${folder}/a.db`, { read: true, write: true });
  const { size } = await file.stat();
  await file.seek(4096, Deno.SeekMode.Start); // keeps the first page, which holds the schema
  await file.write(new Uint8Array(size - 4096).fill(0xff));
  const damaged = openSqliteStore(`${folder}/a.db`);
  await assert.rejects(damaged.list(), { code: "DATABASE" });
  await damaged.close();
});

Deno.test("openSqliteStore() takes ':memory:' for a file's name", async () => {
  const folder = await Deno.makeTempDir();
  const store = openSqliteStore(`${folder}/:memory:`);
  assert.ok((await Deno.stat(`${folder}/:memory:`)).isFile);
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sqliteFault() names the remedy for each result code", () => {
  const hints = [5, 8, 10, 11, 13, 14, 26, 8 | (1 << 8)].map((errcode) =>
    sqliteFault(Object.assign(new Error("own words"), { errcode }), "x.db")
  );
  for (const { code, hint, message } of hints) {
    assert.equal(code, "DATABASE");
    assert.ok(hint.includes("x.db"));
    assert.ok(!message.includes("own words"));
  }
});
