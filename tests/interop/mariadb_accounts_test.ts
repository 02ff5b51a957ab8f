/** Accounts of both protocols in a real MariaDB: at the command line and at the desk. */

import assert from "node:assert/strict";
import { SignInDesk } from "../../src/chat/sign_in_desk.ts";
import { main } from "../../src/main.ts";
import { initMysql } from "../../src/store/mysql.ts";
import type { MysqlOptions } from "../../src/store/mysql_options.ts";
import { sampleAccount } from "../testkit/account_store_contract.ts";
import { sampleKeyAccount, sampleKeyHash } from "../testkit/key_account_contract.ts";
import { type Mariadb, mariadbInstalled, startMariadb } from "../testkit/mariadb.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { disposable, disposableKeyAccounts } from "../testkit/mysql_store.ts";
import { needs } from "../testkit/needs.ts";

let mariadb: Mariadb;

Deno.test.beforeAll(async () => {
  if (mariadbInstalled()) mariadb = await startMariadb();
});

Deno.test.afterAll(async () => {
  if (mariadbInstalled()) await mariadb[Symbol.asyncDispose]();
});

async function command(
  { host, port, user, password, database }: MysqlOptions,
  args: readonly string[],
) {
  const io = memoryIo({
    env: {
      ...{ DB_HOST: host, DB_PORT: String(port), DB_USER: user },
      ...{ DB_PASSWORD: password, DB_NAME: database },
    },
    stdin: "new password\n",
  });
  const status = await main(args, io);
  return { status, stdout: io.stdout(), stderr: io.stderr() };
}

const EMAIL = "a@example.org";

needs("mariadbd", "user works on a database that lacks protocol 2's table as ever", async () => {
  const options = await mariadb.freshDatabase("before_two");
  await initMysql(options);
  await mariadb.sql("DROP TABLE before_two.key_accounts");
  await using store = disposable(options);
  await store.add(sampleAccount("a"));
  const listed = await command(options, ["user", "list", "--json"]);
  assert.equal(listed.status, 0, listed.stderr);
  assert.deepEqual(JSON.parse(listed.stdout).map(({ email }: { email: string }) => email), [EMAIL]);
  for (const args of [["passwd", EMAIL, "--password-stdin"], ["remove", EMAIL]]) {
    const { status, stderr } = await command(options, ["user", ...args]);
    assert.equal(status, 0, stderr);
  }
  assert.deepEqual(await store.list(), []);
  const second = await command(options, ["user", "remove", EMAIL, "--protocol", "2"]);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /hint: make it: securechat db init/);
  assert.match((await command(options, ["db", "init"])).stdout, /^upgraded /);
});

needs("mariadbd", "user list fails with DATABASE where there are no tables at all", async () => {
  const options = await mariadb.freshDatabase("no_tables");
  const { status, stderr } = await command(options, ["user", "list"]);
  assert.equal(status, 1);
  assert.match(stderr, /\[DATABASE\][^]*db init/);
});

needs("mariadbd", "user list and remove know the accounts of both protocols", async () => {
  const options = await mariadb.freshDatabase("of_both");
  await initMysql(options);
  await using first = disposable(options);
  await using second = disposableKeyAccounts(options);
  await first.add(sampleAccount("a"));
  await second.insert(sampleKeyAccount("a"));
  const { stdout } = await command(options, ["user", "list", "--json"]);
  const protocols = JSON.parse(stdout).map(({ protocol }: { protocol: number }) => protocol);
  assert.deepEqual(protocols, [1, 2]);
  assert.equal((await command(options, ["user", "remove", EMAIL])).status, 1);
  assert.equal((await command(options, ["user", "remove", EMAIL, "--protocol", "2"])).status, 0);
  assert.deepEqual([(await first.list()).length, (await second.list()).length], [1, 0]);
});

needs("mariadbd", "SignInDesk outlives its database and finds it again by itself", async () => {
  const options = await mariadb.freshDatabase("desk");
  await initMysql(options);
  await using store = disposableKeyAccounts(options);
  const desk = new SignInDesk({ store });
  const asker = { keyHash: sampleKeyHash("a"), commonName: "a", emails: [], nowMs: 0 };
  const request = { email: EMAIL, password: "correct horse" };
  assert.equal((await desk.answer({ type: "register", ...request }, asker)).status, "OK");
  await mariadb.stop();
  const refused = await desk.answer({ type: "login", ...request }, asker);
  assert.equal(refused.status, "BUSY");
  assert.equal(refused.kind === "refused" && refused.error.code, "DATABASE");
  await mariadb.start();
  assert.equal((await desk.answer({ type: "login", ...request }, asker)).status, "OK");
}, { keepsProcesses: true });
