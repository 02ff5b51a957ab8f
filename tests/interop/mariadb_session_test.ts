/** Whole sessions whose accounts are in a real MariaDB. */

import assert from "node:assert/strict";
import { passwordHash } from "../../src/crypto/password.ts";
import { initMysql, openMysqlStore } from "../../src/store/mysql.ts";
import type { SignIn } from "../../src/protocol/session.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { type ChatWorld, PASSWORD, registration, startWorld } from "../testkit/chat_world.ts";
import type { TestClient } from "../testkit/chat_world.ts";
import { startMariadb } from "../testkit/mariadb.ts";
import { needs } from "../testkit/needs.ts";

/** The original's table, PROTOCOL-1 "Users table". */
const ORIGINAL_SCHEMA = `CREATE TABLE users (
  id INT AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(255) UNIQUE NOT NULL,
  username VARCHAR(255) UNIQUE NOT NULL,
  salt VARBINARY(16) NOT NULL,
  pwd_hash CHAR(64) NOT NULL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
) CHARACTER SET utf8mb4;`;

/** Dials and signs in; resolves when the chat is open or the session has ended. */
async function signIn(world: ChatWorld, request: SignIn): Promise<TestClient> {
  const client = await world.dial();
  await client.untilKind("sign_in_wanted");
  await client.connection?.signIn(request);
  await client.until((events) => events.some(({ kind }) => kind === "opened" || kind === "ended"));
  return client;
}

function login(name: string): SignIn {
  return { mode: "login", email: `${name}@example.test`, password: PASSWORD };
}

needs("mariadbd", "ChatServer keeps accounts in MariaDB, from registration to log-in", async () => {
  await using mariadb = await startMariadb();
  assert.equal(await initMysql(mariadb.options), "created");
  await using world = await startWorld({ store: () => openMysqlStore(mariadb.options) });
  const first = await signIn(world, registration("alice"));
  first.connection?.say("kept in MariaDB");
  await first.connection?.leave();
  const again = await signIn(world, login("alice"));
  again.connection?.say("and found again");
  await again.connection?.leave();
  const wrong = await signIn(world, { ...login("alice"), password: "wrong" });
  assert.equal(wrong.endCode, "SIGN_IN");
  const twice = await signIn(world, registration("alice"));
  assert.equal(twice.endCode, "SIGN_IN");
  for (const file of [...world.transcripts("client"), ...world.transcripts("server")]) {
    const text = await Deno.readTextFile(file);
    const report = await verifyTranscript(text, { ca: world.ca, certificates: [] });
    assert.equal(report.verdict, "VALID");
  }
});

needs("mariadbd", "ChatServer logs in a person of the original's table", async () => {
  await using mariadb = await startMariadb();
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = passwordHash(salt, PASSWORD).toHex();
  await mariadb.sql(
    `USE securechat; ${ORIGINAL_SCHEMA} INSERT INTO users (email, username, salt, pwd_hash)
     VALUES ('old@example.test', 'old', x'${salt.toHex()}', '${hash}');`,
  );
  await using world = await startWorld({ store: () => openMysqlStore(mariadb.options) });
  const client = await signIn(world, login("old"));
  assert.deepEqual(world.server.members().map(({ username }) => username), ["old"]);
  client.connection?.say("still me");
  await client.connection?.leave();
  assert.equal(client.endCode, undefined);
  assert.equal((await signIn(world, registration("new"))).endCode, undefined);
});

needs("mariadbd", "ChatServer outlives its database and finds it again by itself", async () => {
  await using mariadb = await startMariadb();
  await initMysql(mariadb.options);
  await using world = await startWorld({ store: () => openMysqlStore(mariadb.options) });
  const early = await signIn(world, registration("early"));
  await mariadb.stop();
  const refused = await signIn(world, registration("meanwhile"));
  assert.equal(refused.endCode, "BUSY");
  await world.untilServer((events) =>
    events.some((event) => event.kind === "ended" && event.error?.code === "DATABASE")
  );
  assert.doesNotMatch(JSON.stringify(refused.events), /DATABASE|mariadb|mysql|refused\b.*:\d+/i);
  early.connection?.say("the chat goes on");
  await world.untilServer((events) =>
    events.some((event) => event.kind === "said" && event.text === "the chat goes on")
  );
  await mariadb.start();
  assert.equal((await signIn(world, registration("late"))).endCode, undefined);
  assert.equal((await signIn(world, login("early"))).endCode, undefined);
}, { keepsProcesses: true });
