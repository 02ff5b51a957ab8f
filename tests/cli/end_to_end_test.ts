/** A CA, a server and clients as real processes, from an empty folder to verified transcripts. */

import assert from "node:assert/strict";
import { certificatePem } from "../../src/pki/certificate.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { SERVER_NAME, testCa, testLeaf } from "../testkit/chat_world.ts";
import { type Finished, ProgramFolder, type RunningProgram } from "../testkit/program.ts";

const STOP_MS = 5_000;
const EMBEDDED = { env: { SERVER_PORT: "0" } };

/** A folder with a CA and the certificates of a server and two clients. */
async function withCertificates(): Promise<ProgramFolder> {
  const folder = await ProgramFolder.create();
  const commands = [
    "ca init --name Test --key-size 2048",
    "cert issue --cn chat.test --type server",
    "cert issue --cn alice --type client",
    "cert issue --cn bob --type client --out certs/bob",
  ];
  for (const command of commands) {
    const { status, stderr } = await folder.run(command.split(" "));
    assert.equal(status, 0, `${command}\n${stderr}`);
  }
  return folder;
}

let made: Promise<string> | undefined;

/** The same certificates for every test: keys take time. */
async function preparedFolder(): Promise<ProgramFolder> {
  made ??= (async () => {
    await using folder = await withCertificates();
    const keep = await Deno.makeTempDir({ prefix: "securechat-certs-" });
    await copyCertificates(folder.path, keep);
    return keep;
  })();
  const folder = await ProgramFolder.create();
  await copyCertificates(await made, folder.path);
  return folder;
}

async function copyCertificates(from: string, to: string): Promise<void> {
  await Deno.mkdir(`${to}/certs`, { mode: 0o700 });
  for await (const { name } of Deno.readDir(`${from}/certs`)) {
    await Deno.copyFile(`${from}/certs/${name}`, `${to}/certs/${name}`);
  }
}

Deno.test.afterAll(async () => {
  if (made !== undefined) await Deno.remove(await made, { recursive: true });
});

interface Serving {
  readonly server: RunningProgram;
  /** HOST:PORT. */
  readonly address: string;
}

async function serve(
  folder: ProgramFolder,
  args: readonly string[] = [],
  options: Parameters<ProgramFolder["start"]>[1] = EMBEDDED,
): Promise<Serving> {
  const server = folder.start(["serve", "--protocol", "1", ...args], options);
  await server.closeInput();
  const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
  return { server, address };
}

function client(address: string, name: string, how: string): readonly string[] {
  const account = `--email ${name}@example.test --server-name chat.test`.split(" ");
  const identity = name === "bob"
    ? ["--cert", "certs/bob-cert.pem", "--key", "certs/bob-key.pem"]
    : [];
  return ["connect", address, "--protocol", "1", ...account, ...identity, ...how.split(" ")];
}

async function stop(folder: ProgramFolder, program: RunningProgram): Promise<Finished> {
  const startMs = performance.now();
  program.kill("SIGTERM");
  const finished = await folder.finish(program);
  assert.ok(performance.now() - startMs < STOP_MS, "it took too long to stop");
  return finished;
}

async function transcripts(folder: ProgramFolder): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${folder.path}/transcripts`));
  return entries.map(({ name }) => `transcripts/${name}`);
}

function hasError(finished: Finished, code: string): void {
  assert.match(finished.stderr, new RegExp(`securechat: error: \\[${code}\\] cannot `));
  assert.match(finished.stderr, /securechat: hint: /);
  assert.doesNotMatch(finished.stderr, /\n {4}at /, "a stack is no answer");
}

Deno.test("securechat goes from an empty folder to a chat whose transcripts verify", async () => {
  await using folder = await preparedFolder();
  await Deno.writeTextFile(`${folder.path}/bob.password`, "b pass\n", { mode: 0o600 });
  const { server, address } = await serve(folder, ["--relay"]);
  const register = "--register --username bob --password-file bob.password";
  const registered = await folder.run(client(address, "bob", register), { input: "hello\n" });
  assert.equal(registered.status, 0, registered.stderr);

  const alice = folder.start(
    client(address, "alice", "--register --username alice --password-stdin"),
  );
  await alice.write("a pass\n");
  await alice.until("stderr", /phase 5/);
  const bob = folder.start(client(address, "bob", "--login --password-file bob.password --json"));
  await bob.until("stdout", /"phase":5/);
  await alice.write("hi bob\n");
  await bob.until("stdout", /"text":"\[alice\] hi bob"/);
  await bob.write("hi alice \u202e ✓\n");
  await alice.until("stdout", /\[bob\] hi alice/);
  for (const each of [alice, bob]) await each.closeInput();
  const [fromAlice, fromBob] = [await folder.finish(alice), await folder.finish(bob)];
  assert.deepEqual([fromAlice.status, fromBob.status], [0, 0], fromAlice.stderr + fromBob.stderr);
  assert.equal(fromAlice.stdout, "[bob] hi alice \\u{202e} ✓\n");
  assert.match(fromAlice.stderr, /the server's receipt is good/);
  const events = fromBob.stdout.trim().split("\n").map((line) => JSON.parse(line).event);
  assert.deepEqual(events.slice(-3), ["receipt", "receipt", "ended"]);

  const stopped = await stop(folder, server);
  assert.equal(stopped.status, 0, stopped.stderr);
  assert.equal(stopped.stdout, "", "a daemon prints no words");
  const files = await transcripts(folder);
  assert.equal(files.length, 6);
  const verified = await folder.run(["verify", ...files]);
  assert.equal(verified.status, 0, verified.stdout);
  const log = await Deno.readTextFile(`${folder.path}/logs/server.log`);
  assert.doesNotMatch(log, /a pass|b pass|hi bob|hi alice/);
});

Deno.test("securechat connect ends with SIGN_IN for a wrong password, and with 0 after the right one", async () => {
  await using folder = await preparedFolder();
  const { server, address } = await serve(folder);
  const make = client(address, "alice", "--register --username alice --password-stdin");
  assert.equal((await folder.run(make, { input: "right\n" })).status, 0);
  const login = client(address, "alice", "--login --password-stdin");
  const wrong = await folder.run(login, { input: "wrong\nwords\n" });
  assert.equal(wrong.status, 1);
  hasError(wrong, "SIGN_IN");
  const right = await folder.run(login, { input: "right\nwords\n" });
  assert.equal(right.status, 0, right.stderr);
  await Deno.remove(`${folder.path}/securechat-salts.json`);
  assert.equal(
    (await folder.run(login, { input: "right\n" })).status,
    0,
    "the server tells the salt",
  );
  assert.equal((await stop(folder, server)).status, 0);
});

Deno.test("securechat gives every client its receipt when SIGTERM stops the server", async () => {
  await using folder = await preparedFolder();
  const { server, address } = await serve(folder);
  using _silent = await connectTo(address);
  const alice = folder.start(
    client(address, "alice", "--register --username alice --password-stdin"),
  );
  await alice.write("pass\nhello\n");
  await alice.until("stderr", /phase 5/);
  assert.equal((await stop(folder, server)).status, 0);
  const left = await folder.finish(alice); // its standard input is still open
  assert.equal(left.status, 0, left.stderr);
  assert.match(left.stderr, /the server's receipt is good/);
  const verified = await folder.run(["verify", ...await transcripts(folder)]);
  assert.equal(verified.status, 0, verified.stdout);
});

async function connectTo(address: string): Promise<Deno.TcpConn> {
  const port = Number(address.split(":").at(-1));
  return await Deno.connect({ hostname: "127.0.0.1", port });
}

Deno.test("securechat connect leaves in order at SIGTERM, and with 130 before the chat is open", async () => {
  await using folder = await preparedFolder();
  const { server, address } = await serve(folder);
  const alice = folder.start(
    client(address, "alice", "--register --username alice --password-stdin"),
  );
  await alice.write("pass\nhello\n");
  await alice.until("stderr", /phase 5/);
  const left = await stop(folder, alice);
  assert.equal(left.status, 0, left.stderr);
  assert.match(left.stderr, /the server's receipt is good/);
  await stop(folder, server);

  using deaf = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting = folder.start(
    client(`127.0.0.1:${deaf.addr.port}`, "alice", "--login --password-stdin"),
  );
  await waiting.write("pass\n");
  using _conn = await deaf.accept();
  await waiting.until("stderr", /connected to/);
  assert.equal((await stop(folder, waiting)).status, 130);
});

Deno.test("securechat honours .env, the environment before it and options before both", async () => {
  await using folder = await preparedFolder();
  const lines = ["SERVER_PORT=0", "TRANSCRIPT_DIR=kept/files", "LOG_DIR=nowhere", "DB_FILE=my.db"];
  await Deno.writeTextFile(`${folder.path}/.env`, lines.join("\n"));
  const env = { LOG_DIR: "log files" };
  const { server, address } = await serve(folder, ["--db", "other.db"], { env });
  const connect = client(address, "alice", "--register --username a --password-stdin");
  const run = await folder.run(connect, { env, input: "pass\nhello\n" });
  assert.equal(run.status, 0, run.stderr);
  await stop(folder, server);
  const names = (await Array.fromAsync(Deno.readDir(folder.path))).map(({ name }) => name);
  assert.ok(names.includes("other.db") && !names.includes("my.db"), names.join());
  assert.ok(names.includes("log files") && !names.includes("nowhere"), names.join());
  assert.equal((await Array.fromAsync(Deno.readDir(`${folder.path}/kept/files`))).length, 2);
});

Deno.test("securechat serve refuses a port in use with ADDRESS and 1", async () => {
  await using folder = await preparedFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const refused = await folder.run(["serve", "--port", String(taken.addr.port)]);
  assert.equal(refused.status, 1);
  hasError(refused, "ADDRESS");
});

Deno.test("securechat refuses a missing certificate with FILE and an expired one with BAD_CERT", async () => {
  await using folder = await preparedFolder();
  for (const command of [["serve"], client("127.0.0.1:1", "alice", "--login --password-stdin")]) {
    const missing = await folder.run([...command, "--cert", "certs/none-cert.pem"], {
      input: "pass\n",
    });
    assert.equal(missing.status, 1);
    hasError(missing, "FILE");
  }
  const days = 1;
  const { certificate, key } = await testLeaf(SERVER_NAME, "server", { days, shiftMs: -3 * 864e5 });
  const ca = (await testCa()).certificate;
  const path = (name: string) => `${folder.path}/${name}.pem`;
  await Deno.writeTextFile(path("old-cert"), certificatePem(certificate));
  await Deno.writeTextFile(path("old-key"), encodePrivateKey(key), { mode: 0o600 });
  await Deno.writeTextFile(path("ca"), certificatePem(ca));
  const files = ["--cert", "old-cert.pem", "--key", "old-key.pem", "--ca", "ca.pem"];
  const expired = await folder.run(["serve", ...files], EMBEDDED);
  assert.equal(expired.status, 1);
  hasError(expired, "BAD_CERT");
});

Deno.test("securechat serve runs on without its database, and a sign-in gets one clear line", async () => {
  await using folder = await preparedFolder();
  const env = { DB_HOST: "127.0.0.1", DB_PORT: "1", SERVER_PORT: "0" };
  const { server, address } = await serve(folder, [], { env });
  await server.until("stderr", /\[DATABASE\] .*\n/);
  assert.equal(server.stderr.match(/DATABASE/g)?.length, 1);
  for (const how of ["--login --password-stdin", "--register --username a --password-stdin"]) {
    const refused = await folder.run(client(address, "alice", how), { input: "pass\n" });
    assert.equal(refused.status, 75); // the accounts are there again later
    hasError(refused, "BUSY");
    assert.match(refused.stderr, /unavailable, try again later/);
    assert.doesNotMatch(refused.stderr, /ECONNREFUSED|127\.0\.0\.1:1\b/);
  }
  assert.equal((await stop(folder, server)).status, 0);
});

Deno.test("securechat connect refuses what cannot work before it dials", async () => {
  await using folder = await preparedFolder();
  const none = ["connect", "127.0.0.1:1", "--protocol", "1"];
  const cases: readonly (readonly string[])[] = [
    none,
    [...none, "--login"],
    [...none, "--login", "--register", "--email", "a@x"],
    [...none, "--register", "--email", "a@x", "--password-stdin"],
    [...none, "--login", "--email", "no address", "--password-stdin"],
    ["connect", "no port:here"],
  ];
  for (const args of cases) {
    const refused = await folder.run(args, { input: "pass\n" });
    assert.equal(refused.status, 2, args.join(" "));
    hasError(refused, "USAGE");
  }
  const nobody = await folder.run([...none, "--login", "--email", "a@x", "--password-stdin"], {
    input: "pass\n",
  });
  assert.equal(nobody.status, 1);
  hasError(nobody, "CONNECTION");
});
