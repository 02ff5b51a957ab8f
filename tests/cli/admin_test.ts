/** `securechat admin` and the socket that `serve` makes for it, as real programs. */

import assert from "node:assert/strict";
import { LOG_EVENTS } from "../../src/chat/event_log.ts";
import { ProgramFolder } from "../testkit/program.ts";
import { throughSocket } from "../testkit/raw_socket.ts";

const DAEMON = ["--protocol", "2", "--sign-in", "certificate"];

function connect(address: string, name: string): readonly string[] {
  const files = ["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`];
  return ["connect", address, "--server-name", "chat.test", ...files];
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.lstat(path)).mode ?? 0) & 0o777;
}

Deno.test("securechat admin sees, kicks and bans over a socket of mode 0600; the kicked client exits 1", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice", "bob"]);
  const { server, address } = await folder.serve([...DAEMON, "--admin-socket", "run/admin.sock"]);
  const at = (...words: readonly string[]) =>
    folder.run(["admin", ...words, "--admin-socket", "run/admin.sock"]);
  assert.equal(await modeOf(`${folder.path}/run/admin.sock`), 0o600);
  assert.equal(await modeOf(`${folder.path}/run`), 0o700);
  const alice = folder.start(connect(address, "alice"));
  await alice.until("stderr", /phase 5/);
  const bob = folder.start(connect(address, "bob"));
  await bob.until("stderr", /phase 5/);
  const who = await at("who", "--json");
  assert.equal(who.status, 0, who.stderr);
  const { act, members } = JSON.parse(who.stdout);
  assert.equal(act, "who");
  assert.deepEqual(members.map((one: { name: string }) => one.name), ["alice", "bob"]);
  const kick = await at("kick", "bob", "be", "kind");
  assert.equal(kick.status, 0, kick.stderr);
  assert.match(kick.stdout, /^removed bob \([0-9a-f]{16}\): 1 session ended\n$/);
  const kicked = await folder.finish(bob);
  assert.equal(kicked.status, 1, kicked.stderr);
  assert.match(kicked.stderr, /error: \[REMOVED\]|\[REMOVED\]/);
  assert.match(kicked.stdout + kicked.stderr, /the operator removes bob .*: be kind/);
  assert.equal((await at("ban", "alice", "forever")).status, 0);
  await folder.finish(alice);
  const again = await folder.run(connect(address, "alice"));
  assert.equal(again.status, 1);
  assert.match(again.stderr, /\[REMOVED\]/);
  assert.match((await at("bans")).stdout, /^banned {2}alice \([0-9a-f]{16}\) {2}for ever\n$/);
  const nobody = await at("kick", "carol");
  assert.equal(nobody.status, 1);
  assert.match(nobody.stderr, /\[ACCOUNT\] cannot find "carol"/);
  const slip = await at("whoo");
  assert.equal(slip.status, 2);
  assert.match(slip.stderr, /did you mean: securechat admin who/);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
  await assert.rejects(Deno.lstat(`${folder.path}/run/admin.sock`), Deno.errors.NotFound);
  const late = await at("who");
  assert.equal(late.status, 1);
  assert.match(late.stderr, /\[CONNECTION\] .*no server answers there/);
  const log = (await Deno.readTextFile(`${folder.path}/logs/server.log`)).trim().split("\n")
    .map((line) => JSON.parse(line).properties);
  const kicks = log.filter(({ event }) => event === "operator.kick");
  assert.deepEqual(kicks.map(({ by, name, reason }) => [by, name, reason]), [
    ["admin socket", "bob", "be kind"],
  ]);
});

Deno.test("a console that is a pipe takes the operator's commands, and the log says that it did", async () => {
  await using folder = await ProgramFolder.ofTeam(["bob"]);
  const server = folder.start(["serve", "--port", "0", ...DAEMON]);
  const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
  const bob = folder.start(connect(address, "bob"));
  await bob.until("stderr", /phase 5/);
  await server.write("/who\n/kick bob be kind\n");
  await server.until("stdout", /removed bob \([0-9a-f]{16}\): 1 session ended/);
  assert.equal((await folder.finish(bob)).status, 1);
  server.kill("SIGTERM");
  assert.match((await folder.finish(server)).stdout, /^bob {2}- .* in main {2}0 min\n/);
  const log = await Deno.readTextFile(`${folder.path}/logs/server.log`);
  assert.match(log, /"event":"operator.kick","by":"console"/);
  for (const line of log.trim().split("\n")) {
    const { event } = JSON.parse(line).properties;
    assert.ok(Object.hasOwn(LOG_EVENTS, event), line);
  }
});

Deno.test("garbage on the admin socket is answered with one line or nothing, and hurts nobody", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice"]);
  const { server, address } = await folder.serve(DAEMON);
  const path = `${folder.path}/admin.sock`;
  const alice = folder.start(connect(address, "alice"));
  await alice.until("stderr", /phase 5/);
  const garbage: readonly (readonly [string, string | Uint8Array, "end" | "wait", string])[] = [
    ["no JSON", "hello\n", "wait", "FORMAT"],
    ["no UTF-8", new Uint8Array([0xff, 0xfe, 0x0a]), "wait", "FORMAT"],
    ["no line end", '{"act":"who"}', "end", "FORMAT"],
    ["a line without end", new Uint8Array(70_000).fill(0x20), "wait", "FRAME_TOO_LARGE"],
    ["no object", "[]\n", "wait", "USAGE"],
    ["no act", '{"act":"shutdown"}\n', "wait", "USAGE"],
    ["one key more", '{"act":"who","x":1}\n', "wait", "USAGE"],
    [
      "a reason of two lines",
      '{"act":"kick","target":"alice","reason":"a\\nb"}\n',
      "wait",
      "USAGE",
    ],
    ["half a character", '{"act":"motd","text":"\\ud800"}\n', "wait", "USAGE"],
    ["__proto__", '{"act":"kick","__proto__":{"target":"alice"}}\n', "wait", "USAGE"],
    ["half a line, and silence", '{"act":', "wait", "TIMEOUT"],
  ];
  for (const [what, bytes, then, code] of garbage) {
    const answer = await throughSocket(path, bytes, then);
    assert.equal(answer.trimEnd().split("\n").length, 1, what);
    const { ok, error } = JSON.parse(answer);
    assert.deepEqual([ok, error.code], [false, code], what);
  }
  assert.equal(await throughSocket(path, "", "end"), "");
  const twice = await throughSocket(path, '{"act":"rooms"}\n{"act":"rooms"}\n');
  assert.equal(JSON.parse(twice).answer.rooms[0].people, 1);
  await alice.closeInput();
  assert.equal((await folder.finish(alice)).status, 0);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
});

Deno.test("serve replaces a socket that a crash has left, and leaves alone what is in use or is none", async () => {
  await using folder = await ProgramFolder.ofTeam([]);
  const first = await folder.serve(DAEMON);
  first.server.kill("SIGKILL");
  await folder.finish(first.server);
  assert.ok((await Deno.lstat(`${folder.path}/admin.sock`)).isSocket);
  const { server } = await folder.serve(DAEMON);
  assert.equal(await modeOf(`${folder.path}/admin.sock`), 0o600);
  const serve = (...options: readonly string[]) =>
    folder.run(["serve", "--port", "0", ...DAEMON, ...options]);
  const second = await serve();
  assert.equal(second.status, 1);
  assert.match(second.stderr, /\[ADDRESS\] .*"admin\.sock": a server answers there/);
  assert.equal((await folder.run(["admin", "stats"])).status, 0);
  await Deno.writeTextFile(`${folder.path}/plain`, "mine");
  const plain = await serve("--admin-socket", "plain");
  assert.match(plain.stderr, /\[ADDRESS\] .*something that is no socket is there/);
  assert.equal(await Deno.readTextFile(`${folder.path}/plain`), "mine");
  const long = await serve("--admin-socket", "x".repeat(120));
  assert.equal(long.status, 2);
  assert.match(long.stderr, /\[CONFIG\] .*its path has 120 bytes, expected at most 10\d/);
  const other = await folder.serve([...DAEMON, "--admin-socket", "off"]);
  other.server.kill("SIGTERM");
  await folder.finish(other.server);
  assert.ok((await Deno.lstat(`${folder.path}/admin.sock`)).isSocket, "the other's is still there");
  server.kill("SIGTERM");
  await folder.finish(server);
});

Deno.test("serve does not start with a book of bans that it cannot read", async () => {
  await using folder = await ProgramFolder.ofTeam([]);
  const path = `${folder.path}/securechat-operator.json`;
  for (const text of ["{", '{"version":1,"motd":"","bans":[{}],"mutes":[]}', '{"version":2}']) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    const { status, stderr } = await folder.run(["serve", "--port", "0", ...DAEMON]);
    assert.equal(status, 1);
    assert.match(stderr, /\[FORMAT\] cannot read "securechat-operator\.json"/);
    assert.equal(await Deno.readTextFile(path), text);
  }
});

Deno.test("securechat admin --wait comes back when the server takes connections, or is not there", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice"]);
  const asking = folder.run(["admin", "--wait", "30", "rooms"]);
  const { server, address } = await folder.serve(DAEMON);
  const { status, stdout, stderr } = await asking;
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^main {2}0 people/);
  const alice = folder.start(connect(address, "alice"));
  await alice.until("stderr", /phase 5/);
  await alice.closeInput();
  await folder.finish(alice);
  server.kill("SIGTERM");
  await folder.finish(server);
  const late = await folder.run(["admin", "--wait", "1", "rooms"]);
  assert.equal(late.status, 1);
  assert.match(late.stderr, /CONNECTION.*no server answers there/);
});
