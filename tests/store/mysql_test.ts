import assert from "node:assert/strict";
import { createConnection } from "mysql2/promise.js";
import { passwordHash } from "../../src/crypto/password.ts";
import { initMysql, openMysqlKeyAccounts, openMysqlStore } from "../../src/store/mysql.ts";
import type { MysqlOptions } from "../../src/store/mysql_options.ts";
import { checkAccountStore, sampleAccount } from "../testkit/account_store_contract.ts";
import {
  checkKeyAccountStore,
  sampleKeyAccount,
  sampleKeyHash,
} from "../testkit/key_account_contract.ts";
import { type Mariadb, mariadbInstalled, startMariadb } from "../testkit/mariadb.ts";
import { disposable, disposableKeyAccounts, rejectsWith } from "../testkit/mysql_store.ts";
import { needs } from "../testkit/needs.ts";

let mariadb: Mariadb;

Deno.test.beforeAll(async () => {
  if (mariadbInstalled()) mariadb = await startMariadb();
});

Deno.test.afterAll(async () => {
  if (mariadbInstalled()) await mariadb[Symbol.asyncDispose]();
});

/** The table as an original makes it. */
const ORIGINAL_TABLE = `
  CREATE TABLE IF NOT EXISTS users (
    id INT AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(255) UNIQUE NOT NULL,
    username VARCHAR(255) UNIQUE NOT NULL,
    salt VARBINARY(16) NOT NULL,
    pwd_hash CHAR(64) NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    INDEX idx_email (email),
    INDEX idx_username (username)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

needs("mariadbd", "openMysqlStore() keeps the contract of a store", async (context) => {
  const options = await mariadb.freshDatabase("contract");
  assert.equal(await initMysql(options), "created");
  await checkAccountStore(context, openMysqlStore(options));
});

needs("mariadbd", "openMysqlKeyAccounts() keeps the contract of a store", async (context) => {
  const options = await mariadb.freshDatabase("key_contract");
  assert.equal(await initMysql(options), "created");
  await checkKeyAccountStore(context, openMysqlKeyAccounts(options));
});

/** Waits until so many statements wait for a lock. */
async function waitForLocks(count: number): Promise<void> {
  const status = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'";
  const isReached = async () => Number((await mariadb.sql(status)).split("\t")[1]) >= count;
  for (const end = Date.now() + 10_000; !await isReached();) {
    assert.ok(Date.now() < end, "they do not wait");
  }
}

needs("mariadbd", "openMysqlKeyAccounts() tries again what a deadlock has undone", async () => {
  const options = await mariadb.freshDatabase("key_deadlock");
  await initMysql(options);
  await using store = disposableKeyAccounts(options);
  const holder = await createConnection(options);
  try {
    await holder.beginTransaction();
    const account = sampleKeyAccount("racer");
    await holder.query(
      `INSERT INTO key_accounts
         (key_hash, email, email_folded, username, salt, pwd_hash, created_ms)
       VALUES (?, 'r@x', 'r@x', 'r', REPEAT('s', 16), REPEAT('h', 32), 5)`,
      [account.keyHash],
    );
    // All of them check one key; once it is free, each has it locked against the others.
    const rivals = Promise.all(Array.from({ length: 8 }, () => store.insert(account)));
    await Promise.race([rivals, waitForLocks(8)]);
    await holder.rollback();
    assert.deepEqual((await rivals).toSorted(), ["added", ...Array<string>(7).fill("key_taken")]);
    assert.match(await mariadb.sql("SHOW ENGINE INNODB STATUS"), /LATEST DETECTED DEADLOCK/);
  } finally {
    holder.destroy();
  }
});

needs("mariadbd", "openMysqlKeyAccounts() stores plain text and plain bytes", async () => {
  const options = await mariadb.freshDatabase("key_columns");
  await initMysql(options);
  await using store = disposableKeyAccounts(options);
  const account = { ...sampleKeyAccount("Alice"), email: "Alice@Example.org" };
  await store.insert(account);
  const stored = await mariadb.sql(
    "SELECT key_hash, email, CAST(email_folded AS CHAR), username, HEX(salt), HEX(pwd_hash) " +
      "FROM key_columns.key_accounts",
  );
  const { salt, hash } = account.password;
  const bytes = [salt, hash].map((each) => each.toHex().toUpperCase());
  const texts = [account.keyHash, "Alice@Example.org", "alice@example.org", "Alice"];
  assert.equal(stored.trim(), [...texts, ...bytes].join("\t"));
});

needs("mariadbd", "openMysqlKeyAccounts() rejects a broken row with DATABASE", async () => {
  const options = await mariadb.freshDatabase("key_broken");
  await initMysql(options);
  await mariadb.sql(
    `INSERT INTO key_broken.key_accounts
       (key_hash, email, email_folded, username, salt, pwd_hash, created_ms)
     VALUES ('${sampleKeyHash("a")}', 'a@x', 'a@x', 'a', x'00', REPEAT('h', 32), 5)`,
  );
  await using store = disposableKeyAccounts(options);
  await rejectsWith(store.find(sampleKeyHash("a")), /row/);
});

needs("mariadbd", "openMysqlKeyAccounts() names db init where the table is missing", async () => {
  const options = await mariadb.freshDatabase("key_missing");
  await using store = disposableKeyAccounts(options);
  await rejectsWith(store.prepare(), /securechat db init/);
  await rejectsWith(store.insert(sampleKeyAccount("a")), /securechat db init/);
});

needs("mariadbd", "openMysqlStore() reads what an original wrote", async () => {
  const options = await mariadb.freshDatabase("original");
  const salt = Uint8Array.fromHex("000102030405060708090a0b0c0d0eff");
  const hash = passwordHash(salt, "correct horse");
  await mariadb.sql(
    `USE original; ${ORIGINAL_TABLE};
     INSERT INTO users (email, username, salt, pwd_hash, created_at)
     VALUES ('old@example.org', 'old', x'${salt.toHex()}', '${hash.toHex()}',
             FROM_UNIXTIME(1700000000));`,
  );
  const before = await mariadb.sql("SHOW CREATE TABLE original.users");
  assert.equal(await initMysql(options), "upgraded", "protocol 2's table beside it");
  assert.equal(await mariadb.sql("SHOW CREATE TABLE original.users"), before);
  await using store = disposable(options);
  await store.prepare();
  const old = await store.find("Old@example.org");
  assert.deepEqual(old?.pwdHash, hash);
  assert.deepEqual(old?.salt, salt);
  assert.equal(old?.createdAt.getTime(), 1_700_000_000_000);
  assert.equal(await store.add(sampleAccount("new")), "added");
  const stored = await mariadb.sql(
    "SELECT HEX(salt), pwd_hash FROM original.users WHERE username = 'new'",
  );
  assert.equal(
    stored.trim(),
    `${sampleAccount("new").salt.toHex().toUpperCase()}\t${"ab".repeat(32)}`,
  );
});

needs("mariadbd", "openMysqlStore() rejects a broken row with DATABASE", async () => {
  const options = await mariadb.freshDatabase("broken");
  await initMysql(options);
  await mariadb.sql(
    `INSERT INTO broken.users (email, username, salt, pwd_hash)
     VALUES ('a@x', 'a', x'00', REPEAT('0', 64)), ('b@x', 'b', REPEAT('s', 16), 'no hex')`,
  );
  await using store = disposable(options);
  await rejectsWith(store.find("a@x"), /row/);
  await rejectsWith(store.find("b@x"), /row/);
});

needs("mariadbd", "openMysqlStore() names the remedy for each refusal", async () => {
  const options = await mariadb.freshDatabase("refusals");
  const cases: readonly [Partial<MysqlOptions>, RegExp][] = [ // change of the options, hint
    [{}, /securechat db init/], // no table
    [{ password: "wrong-password" }, /DB_PASSWORD/],
    [{ user: "nobody" }, /DB_USER/],
    [{ port: 1 }, /DB_PORT/],
    [{ socketPath: "/nonexistent/socket" }, /DB_HOST|--allow-net/],
  ];
  for (const [change, hint] of cases) {
    await using store = disposable({ ...options, ...change });
    await rejectsWith(store.find("a@x"), hint);
    await rejectsWith(store.add(sampleAccount("a")), hint);
  }
  await mariadb.sql("GRANT ALL ON `gone`.* TO 'tester'@'%'");
  await using gone = disposable({ ...options, database: "gone" });
  await rejectsWith(gone.prepare(), /DB_NAME/);
  await rejectsWith(initMysql({ ...options, database: "forbidden" }), /setup_mysql/);
});

needs("mariadbd", "openMysqlStore() rejects a silent server with DATABASE in time", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  await using store = disposable({ ...mariadb.options, port: listener.addr.port });
  const startMs = Date.now();
  await rejectsWith(store.find("a@x"), /load/);
  assert.ok(Date.now() - startMs < 7000);
  (await accepted).close();
});

needs("mariadbd", "openMysqlStore() gives up a statement that takes too long", async () => {
  const options = await mariadb.freshDatabase("locked_table");
  await initMysql(options);
  await using store = disposable(options);
  await store.prepare();
  const lock = mariadb.sql("LOCK TABLES locked_table.users WRITE; SELECT SLEEP(6)");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await rejectsWith(store.find("a@x"), /load/);
  await lock;
  assert.equal(await store.find("a@x"), undefined);
});

needs("mariadbd", "openMysqlStore() goes on after the database was restarted", async () => {
  const options = await mariadb.freshDatabase("restarted");
  await initMysql(options);
  await using store = disposable(options);
  const all = Array.from({ length: 8 }, (_, index) => store.add(sampleAccount(`n${index}`)));
  await Promise.all(all);

  await mariadb.stop();
  const startMs = Date.now();
  await rejectsWith(store.find("n1@example.org"), /systemctl start/);
  await rejectsWith(store.add(sampleAccount("late")), /systemctl start/);
  assert.ok(Date.now() - startMs < 10_000);

  await mariadb.start();
  assert.equal(await store.add(sampleAccount("late")), "added");
  assert.equal((await store.list()).length, 9);
}, { keepsProcesses: true });

needs("mariadbd", "openMysqlStore() replaces connections that died unnoticed", async () => {
  const options = await mariadb.freshDatabase("killed");
  await initMysql(options);
  await using store = disposable(options);
  await Promise.all(Array.from({ length: 8 }, () => store.list()));
  const ids = await mariadb.sql(
    "SELECT id FROM information_schema.processlist WHERE db = 'killed' AND user = 'tester'",
  );
  const kill = ids.trim().split("\n").map((id) => `KILL ${id};`).join("");
  await mariadb.sql(kill);
  assert.equal(await store.add(sampleAccount("first")), "added");
  assert.equal((await store.list()).length, 1);
});
