import assert from "node:assert/strict";
import { ProgramFolder } from "../testkit/program.ts";

function connect(address: string, name: string, how: string): readonly string[] {
  const files = ["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`];
  const account = ["--server-name", "chat.test", "--email", `${name}@example.test`];
  return ["connect", address, ...account, ...files, ...how.split(" ")];
}

Deno.test("securechat speaks protocol 2 unless told otherwise: people in a room, and files of it", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice", "bob"]);
  const { server, address } = await folder.serve();
  const alice = folder.start(connect(address, "alice", "--register --password-stdin"));
  await alice.write("a pass\n");
  await alice.until("stderr", /phase 5/);
  const bob = folder.start(connect(address, "bob", "--register --password-stdin --json"));
  await bob.write("b pass\n");
  await bob.until("stdout", /"phase":5/);
  await alice.write("hi bob\n");
  await bob.until("stdout", /"from":"alice",.*"text":"hi bob"/);
  await bob.write("hi alice \u202e ✓\n");
  await alice.until("stdout", /\[bob\] hi alice/);
  for (const each of [alice, bob]) await each.closeInput();
  const [fromAlice, fromBob] = [await folder.finish(alice), await folder.finish(bob)];
  assert.deepEqual([fromAlice.status, fromBob.status], [0, 0], fromAlice.stderr + fromBob.stderr);
  assert.equal(fromAlice.stdout, "[bob] hi alice \\u{202e} ✓\n");
  assert.match(fromAlice.stderr, /phase 6: both sides have signed all \d+ lines/);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
  const entries = await Array.fromAsync(Deno.readDir(`${folder.path}/transcripts`));
  const names = entries.map(({ name }) => name);
  assert.equal(names.filter((name) => /^client_.*_main\.jsonl$/.test(name)).length, 2);
  assert.equal(names.filter((name) => /^server_.*_main\.jsonl$/.test(name)).length, 1);
  const log = await Deno.readTextFile(`${folder.path}/logs/server.log`);
  assert.doesNotMatch(log, /a pass|b pass|hi bob|hi alice/);
});

Deno.test("securechat serve --sign-in certificate needs no account, and --explain shows no secret", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice"]);
  const { server, address } = await folder.serve(["--sign-in", "certificate", "--room", "pumps"]);
  const files = "--cert certs/alice-cert.pem --key certs/alice-key.pem --server-name chat.test";
  const args = ["connect", address];
  const room = ["--room", "pumps", "--explain", ...files.split(" ")];
  const alice = await folder.run([...args, ...room], { input: "hello\n" });
  assert.equal(alice.status, 0, alice.stderr);
  for (const name of ["client_hello", "server_hello", "server_auth", "client_auth", "ready"]) {
    assert.match(alice.stderr, new RegExp(`${name}, \\d+ bytes: `));
  }
  assert.match(alice.stderr, /hs {5} secret, SHA-256 [0-9a-f]{64}/);
  const attic = await folder.run([...args, ...room.with(1, "attic")], { input: "x\n" });
  assert.equal(attic.status, 1);
  assert.match(attic.stderr, /\[ROOM\]/);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
});

Deno.test("securechat never falls back: a server of protocol 1 alone is refused with VERSION", async () => {
  await using folder = await ProgramFolder.create();
  for (
    const args of [
      ["ca", "init", "--name", "Team CA", "--key-type", "rsa-2048"],
      ["cert", "issue", "--cn", "chat.test", "--type", "server"],
      ["cert", "issue", "--cn", "alice", "--type", "client", "--out", "certs/alice"],
    ]
  ) assert.equal((await folder.run(args)).status, 0);
  const { server, address } = await folder.serve(["--protocol", "1"]);
  const how = connect(address, "alice", "--login --password-stdin");
  const refused = await folder.run(how, { input: "pass\n" });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /\[VERSION\]/);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
});
