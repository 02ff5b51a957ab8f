import assert from "node:assert/strict";
import { initMysql, openMysqlStore } from "../../src/store/mysql.ts";
import { sampleAccount } from "../testkit/account_store_contract.ts";
import { type Mariadb, mariadbInstalled, startMariadb } from "../testkit/mariadb.ts";
import { needs } from "../testkit/needs.ts";

const SCRIPT = new URL("../../scripts/setup_mysql.sh", import.meta.url).pathname;

let mariadb: Mariadb;

Deno.test.beforeAll(async () => {
  if (mariadbInstalled()) mariadb = await startMariadb();
});

Deno.test.afterAll(async () => {
  if (mariadbInstalled()) await mariadb[Symbol.asyncDispose]();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the script with these lines as its standard input. */
async function runSetup(answers: readonly string[], args: string[] = []): Promise<Ended> {
  const child = new Deno.Command("bash", {
    args: [SCRIPT, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // The script may refuse an answer before it has read them all.
  await writer.write(new TextEncoder().encode(answers.map((line) => `${line}\n`).join("")))
    .catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

function parseEnv(text: string): Record<string, string> {
  const lines = text.trim().split("\n").map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(lines.map(([name = "", value = ""]) => [name, value]));
}

Deno.test("setup_mysql.sh --help tells how to use it", async () => {
  const { code, out, err } = await runSetup([], ["--help"]);
  assert.equal(code, 0);
  assert.match(out, /^Usage: /);
  assert.equal(err, "");
  assert.ok(out.split("\n").every((line) => line.length <= 100));
  assert.equal((await runSetup([], ["--no-such"])).code, 2);
});

needs("mariadbd", "setup_mysql.sh makes a user that securechat can work with", async () => {
  const port = String(mariadb.options.port);
  const answers = ["127.0.0.1", port, "root", "", "chat_accounts", "chat_user", ""];
  const { code, out, err } = await runSetup(answers);
  assert.equal(code, 0, err);
  const env = parseEnv(out);
  assert.deepEqual(Object.keys(env), ["DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"]);
  assert.match(env.DB_PASSWORD ?? "", /^.{40}$/);
  assert.ok(!err.includes(env.DB_PASSWORD ?? ""));
  const options = {
    host: env.DB_HOST ?? "",
    port: Number(env.DB_PORT),
    user: env.DB_USER ?? "",
    password: env.DB_PASSWORD ?? "",
    database: env.DB_NAME ?? "",
  };
  assert.equal(await initMysql(options), "created");
  const store = openMysqlStore(options);
  assert.equal(await store.add(sampleAccount("a")), "added");
  assert.equal(await store.remove("a@example.org"), true);
  await store.close();
});

needs("mariadbd", "setup_mysql.sh gives rights on its database alone", async () => {
  const password = "typed-Password.1";
  const answers = [mariadb.socketPath, "", "", "", "least_rights", "least_user", password];
  const { code, out, err } = await runSetup(answers);
  assert.equal(code, 0, err);
  assert.equal(parseEnv(out).DB_PASSWORD, password);
  assert.equal(parseEnv(out).DB_HOST, "127.0.0.1");
  const grants = (await mariadb.sql("SHOW GRANTS FOR least_user@localhost")).trim().split("\n");
  assert.equal(grants.length, 2);
  assert.match(grants[0] ?? "", /^GRANT USAGE ON \*\.\*/);
  assert.match(
    grants[1] ?? "",
    /^GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON `least\\+_rights`\.\* /,
  );
  assert.equal((await runSetup(answers)).code, 0, "again");
});

needs("mariadbd", "setup_mysql.sh exits with 1 when the database refuses", async () => {
  const port = String(mariadb.options.port);
  const wrong = `it's "quoted" \\ # and wrong`;
  const { code, out, err } = await runSetup(["127.0.0.1", port, "root", wrong, "", "", ""]);
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.ok(!err.includes(wrong));
});

needs("mariadbd", "setup_mysql.sh logs in with a password of any characters", async () => {
  const odd = `it's "quoted" \\ # $HOME`;
  await mariadb.sql(
    `CREATE USER odd_admin@localhost IDENTIFIED BY '${
      odd.replaceAll("\\", "\\\\").replaceAll("'", "''")
    }'; GRANT ALL ON *.* TO odd_admin@localhost WITH GRANT OPTION;`,
  );
  const { code, err } = await runSetup([
    mariadb.socketPath,
    "",
    "odd_admin",
    odd,
    "odd_db",
    "",
    "",
  ]);
  assert.equal(code, 0, err);
});

needs("mariadbd", "setup_mysql.sh exits with 2 for names that could be SQL", async () => {
  const good = ["127.0.0.1", "3306", "root", "", "db", "user", "long-enough-1"];
  const cases: readonly [number, string][] = [ // which answer, replaced by what
    [0, "host name"],
    [0, "-h"],
    [1, "0"],
    [1, "12;"],
    [2, "ro'ot"],
    [4, "db`; DROP DATABASE mysql"],
    [4, "mysql"],
    [5, "us'er"],
    [5, "root"],
    [6, "short"],
    [6, "quote'quote'quote"],
  ];
  for (const [index, answer] of cases) {
    const { code, out } = await runSetup(good.with(index, answer));
    assert.equal(code, 2, answer);
    assert.equal(out, "");
  }
});
