/** The CA's books and the certificates that it issues, also where `cert issue` is killed. */

import assert from "node:assert/strict";
import { ledgerPath } from "../../src/cli/books.ts";
import { main } from "../../src/main.ts";
import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { ProgramFolder } from "../testkit/program.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

/** How often `cert issue` is killed, and when: SECURECHAT_TEST_KILLS=50 for more. */
const KILLS = Number(Deno.env.get("SECURECHAT_TEST_KILLS") || 10);
const SEED = Number(Deno.env.get("SECURECHAT_TEST_SEED") || 3);

/** Numbers from 0 to 1, the same for the same seed (Lehmer, Park and Miller 1988). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

async function securechat(...args: readonly string[]): Promise<string> {
  const io = memoryIo();
  assert.equal(await main(args, io), 0, io.stderr());
  return io.stdout() + io.stderr();
}

function caFiles(folder: string): readonly string[] {
  return ["--ca", `${folder}/ca-cert.pem`, "--ca-key", `${folder}/ca-key.pem`];
}

async function initCa(folder: string): Promise<void> {
  await securechat("ca", "init", "--key-size", "2048", "--out", folder);
}

async function issue(folder: string, name: string): Promise<string> {
  const what = ["--cn", name, "--type", "client", "--out", `${folder}/${name}`];
  return await securechat("cert", "issue", ...what, ...caFiles(folder));
}

async function verifyBooks(folder: string): Promise<string> {
  const files = ["--ca", `${folder}/ca-cert.pem`, "--ledger", `${folder}/ca-ledger.jsonl`];
  return await securechat("ca", "log", "verify", ...files);
}

Deno.test("ledgerPath() gives each CA of a folder books of its own", () => {
  assert.equal(ledgerPath("a/ca-key.pem"), "a/ca-ledger.jsonl");
  assert.equal(ledgerPath("a/x.pem"), "a/x-ledger.jsonl");
  assert.equal(ledgerPath("y.key"), "y.key-ledger.jsonl");
});

Deno.test("cert issue begins the books of a CA that has none, and says so", () =>
  inTempFolder(async (folder) => {
    await initCa(folder);
    await Deno.remove(`${folder}/ca-ledger.jsonl`);
    assert.match(await issue(folder, "a"), /began the CA's books in .*: what it issued before/);
    assert.doesNotMatch(await issue(folder, "b"), /began/);
    assert.match(await verifyBooks(folder), /whole, 3 lines.*\nfrom .*, begun late\n/);
  }));

Deno.test("cert issue leaves no file when the books cannot be written", () =>
  inTempFolder(async (folder) => {
    await initCa(folder);
    await Deno.remove(`${folder}/ca-ledger.jsonl`);
    await Deno.mkdir(`${folder}/ca-ledger.jsonl`);
    await assert.rejects(issue(folder, "a"), /\[FILE\]/);
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.deepEqual(names.sort(), ["ca-cert.pem", "ca-key.pem", "ca-ledger.jsonl"]);
  }));

Deno.test("cert issue moves a torn last line aside, and says so", () =>
  inTempFolder(async (folder) => {
    await initCa(folder);
    await Deno.writeTextFile(`${folder}/ca-ledger.jsonl`, '{"index":', { append: true });
    await assert.rejects(verifyBooks(folder), /\[LEDGER\] .* is cut short/);
    assert.match(await issue(folder, "a"), /cut short by a crash: it is kept in .*\.torn-/);
    assert.match(await verifyBooks(folder), /whole, 2 lines/);
  }));

Deno.test("cert issue may run many times at once", () =>
  inTempFolder(async (folder) => {
    await initCa(folder);
    await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => issue(folder, name)));
    assert.match(await verifyBooks(folder), /whole, 7 lines/);
  }));

/** The fingerprint of a certificate that has left, if it has: half a file is none. */
async function fingerprintIn(path: string): Promise<string | undefined> {
  try {
    return parseCertificatePem(await Deno.readTextFile(path), path).fingerprint;
  } catch {
    return undefined;
  }
}

Deno.test(`cert issue killed ${KILLS} times leaves no certificate that the books do not know`, async () => {
  await using folder = await ProgramFolder.create();
  const certs = `${folder.path}/certs`;
  await initCa(certs);
  const command = (
    name: string,
  ) => ["cert", "issue", "--type", "client", "--cn", name, "--out", `certs/${name}`];
  const start = performance.now();
  assert.equal((await folder.run(command("first"))).status, 0);
  const wholeMs = performance.now() - start;
  const random = randomNumbers(SEED);
  for (let count = 0; count < KILLS; count++) {
    const program = folder.start(command(`c${count}`));
    const delayMs = (0.2 + random()) * wholeMs;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    try {
      program.kill("SIGKILL");
    } catch {
      // It was faster.
    }
    await folder.finish(program);
    const fingerprint = await fingerprintIn(`${certs}/c${count}-cert.pem`);
    const books = await Deno.readTextFile(`${certs}/ca-ledger.jsonl`);
    const isKnown = fingerprint === undefined || books.includes(fingerprint);
    assert.ok(isKnown, `seed ${SEED}, kill ${count} after ${delayMs} ms of ${wholeMs}`);
  }
  await issue(certs, "last");
  await verifyBooks(certs);
});
