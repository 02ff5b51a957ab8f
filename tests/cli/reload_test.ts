/** `serve` and SIGHUP: another certificate without a restart. */

import assert from "node:assert/strict";
import { ProgramFolder, type RunningProgram } from "../testkit/program.ts";

/** Clients that come back by themselves, as JSON Lines. */
function join(address: string): readonly string[] {
  const files = ["--cert", "certs/alice-cert.pem", "--key", "certs/alice-key.pem"];
  return ["connect", address, "--server-name", "chat.test", "--json", "--reconnect", ...files];
}

async function say(alice: RunningProgram, text: string): Promise<void> {
  await alice.write(`${JSON.stringify({ command: "say", room: "main", text })}\n`);
  await alice.until("stdout", new RegExp(`"event":"message".*"text":"${text}"`));
}

function fingerprintOf(shown: string): string {
  return /[0-9a-f]{64}/.exec(shown.replaceAll(":", "").toLowerCase())?.[0] ?? "";
}

Deno.test("serve takes another certificate at SIGHUP: sessions end in order, clients are back in a new log", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice"]);
  const { server, address } = await folder.serve(["--protocol", "2", "--sign-in", "certificate"]);
  const alice = folder.start(join(address));
  await alice.until("stdout", /"event":"entered"/);
  await say(alice, "before");

  const old = await Deno.readTextFile(`${folder.path}/certs/server-cert.pem`);
  await Deno.writeTextFile(`${folder.path}/certs/server-cert.pem`, "no certificate");
  server.kill("SIGHUP");
  await server.until("stderr", /server-cert\.pem.*not/);
  await say(alice, "still");
  await Deno.writeTextFile(`${folder.path}/certs/server-cert.pem`, old);
  server.kill("SIGHUP");
  await server.until("stderr", /read again: certificate, revocations, limits/);
  await say(alice, "the same");

  const renewal = ["cert", "renew", "certs/server-cert.pem", "--reuse-key", "--force"];
  assert.equal((await folder.run(renewal)).status, 0);
  server.kill("SIGHUP");
  await server.until("stderr", /another certificate: every session has ended in order/);
  await alice.until("stdout", /"event":"lost"[^]*"event":"entered"/);
  await say(alice, "after");
  await alice.write(`${JSON.stringify({ command: "quit" })}\n`);
  const { status, stdout } = await folder.finish(alice);
  assert.equal(status, 0);
  const said = stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event === "message").map(({ text }) => text);
  assert.deepEqual(said, ["before", "still", "the same", "after"]);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);

  const files = (await Array.fromAsync(Deno.readDir(`${folder.path}/transcripts`)))
    .map(({ name }) => `transcripts/${name}`).toSorted();
  assert.equal(files.length, 4, "two logs, of each a file of either side");
  const verified = await folder.run(["verify", ...files]);
  assert.equal(verified.status, 0, verified.stdout);
  assert.equal(verified.stdout.match(/\bVALID\b/g)?.length ?? 0, 4, verified.stdout);
  const { stdout: shown } = await folder.run(["cert", "show", "certs/server-cert.pem"]);
  const fingerprint = fingerprintOf(shown);
  const log = (await Deno.readTextFile(`${folder.path}/logs/server.log`)).trim().split("\n")
    .map((line) => JSON.parse(line).properties);
  const told = log.filter(({ event }) => event.startsWith("server."));
  assert.deepEqual(told.map(({ event }) => event), [
    ...["server.listening", "server.reload_failed", "server.reloaded", "server.reloaded"],
    ...["server.renewed", "server.stopped"],
  ]);
  assert.equal(told.find(({ event }) => event === "server.renewed").fingerprint, fingerprint);
});
