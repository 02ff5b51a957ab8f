import assert from "node:assert/strict";
import { initMysql } from "../../src/store/mysql.ts";
import { sampleAccount } from "../testkit/account_store_contract.ts";
import { type Mariadb, mariadbInstalled, startMariadb } from "../testkit/mariadb.ts";
import { disposable, rejectsWith } from "../testkit/mysql_store.ts";
import { needs } from "../testkit/needs.ts";

let mariadb: Mariadb;

Deno.test.beforeAll(async () => {
  if (mariadbInstalled()) mariadb = await startMariadb();
});

Deno.test.afterAll(async () => {
  if (mariadbInstalled()) await mariadb[Symbol.asyncDispose]();
});

needs("mariadbd", "initMysql() makes the database, and is ready when run again", async () => {
  await mariadb.sql(
    "GRANT CREATE ON made_here.* TO 'tester'@'%'; GRANT ALL ON `made_here`.* TO 'tester'@'%'",
  );
  const options = { ...mariadb.options, database: "made_here" };
  assert.equal(await initMysql(options), "created");
  assert.equal(await initMysql(options), "ready");
  const charset = await mariadb.sql(
    "SELECT default_character_set_name FROM information_schema.schemata " +
      "WHERE schema_name = 'made_here'",
  );
  assert.equal(charset.trim(), "utf8mb4");
});

needs("mariadbd", "initMysql() completes an incomplete table", async () => {
  const options = await mariadb.freshDatabase("incomplete");
  await mariadb.sql(
    `CREATE TABLE incomplete.users (id INT AUTO_INCREMENT PRIMARY KEY,
       email VARCHAR(255) UNIQUE NOT NULL, username VARCHAR(255) NOT NULL,
       salt VARBINARY(16) NOT NULL, pwd_hash CHAR(64) NOT NULL);
     INSERT INTO incomplete.users (email, username, salt, pwd_hash)
       VALUES ('a@x', 'a', REPEAT('s', 16), REPEAT('0', 64));`,
  );
  await using store = disposable(options);
  await rejectsWith(store.prepare(), /db init/);
  assert.equal(await initMysql(options), "upgraded");
  assert.equal(await initMysql(options), "ready");
  await store.prepare();
  assert.equal((await store.find("a@x"))?.username, "a");
  assert.equal(await store.add({ ...sampleAccount("b"), username: "A" }), "exists");
});

needs("mariadbd", "initMysql() rejects a table of another program with DATABASE", async () => {
  const options = await mariadb.freshDatabase("foreign_table");
  await mariadb.sql("CREATE TABLE foreign_table.users (id INT, login TEXT)");
  await rejectsWith(initMysql(options), /DB_NAME/);
});

needs("mariadbd", "initMysql() adds protocol 2's table to an older database", async () => {
  const options = await mariadb.freshDatabase("older");
  await initMysql(options);
  await mariadb.sql("DROP TABLE older.key_accounts");
  const before = await mariadb.sql("SHOW CREATE TABLE older.users");
  assert.equal(await initMysql(options), "upgraded");
  assert.equal(await initMysql(options), "ready");
  assert.equal(await mariadb.sql("SHOW CREATE TABLE older.users"), before);
});

needs("mariadbd", "initMysql() rejects key_accounts of another program with DATABASE", async () => {
  const foreign = await mariadb.freshDatabase("foreign_keys");
  await mariadb.sql("CREATE TABLE foreign_keys.key_accounts (id INT, login TEXT)");
  await rejectsWith(initMysql(foreign), /DB_NAME/);
  for (const column of ["key_hash", "email_folded"]) {
    const options = await mariadb.freshDatabase(`loose_${column}`);
    await initMysql(options);
    await mariadb.sql(`ALTER TABLE loose_${column}.key_accounts DROP INDEX ${column}`);
    await rejectsWith(initMysql(options), /DB_NAME/);
  }
});
