/** The CA's key under a passphrase: at `ca init`, at `cert issue`, and for openssl. */

import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { isEncryptedKey } from "../../src/pki/encrypted_key.ts";
import { memoryIo, type MemoryIoOptions } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], world: MemoryIoOptions = {}): Promise<Outcome> {
  const io = memoryIo(world);
  const status = await main(args, io);
  return { status, stdout: io.stdout(), stderr: io.stderr() };
}

function initArgs(folder: string, ...more: readonly string[]): readonly string[] {
  return ["ca", "init", "--key-type", "ec-p256", "--out", folder, ...more];
}

function issueArgs(folder: string, ...more: readonly string[]): readonly string[] {
  const ca = ["--ca", `${folder}/ca-cert.pem`, "--ca-key", `${folder}/ca-key.pem`];
  const out = ["--out", `${folder}/alice`, "--force"];
  return ["cert", "issue", "--cn", "alice", "--type", "client", ...out, ...ca, ...more];
}

async function isEncrypted(folder: string): Promise<boolean> {
  return isEncryptedKey(await Deno.readTextFile(`${folder}/ca-key.pem`));
}

Deno.test("ca init at a terminal encrypts the key unless a person says no", () =>
  inTempFolder(async (folder) => {
    // folder, answers, encrypted
    const cases: readonly (readonly [string, readonly string[], boolean])[] = [
      ["a", ["", "secret", "secret"], true],
      ["b", ["what?", "Yes", "secret", "secret"], true],
      ["c", ["n"], false],
    ];
    for (const [name, answers, encrypted] of cases) {
      const { status, stdout, stderr } = await run(initArgs(`${folder}/${name}`), { answers });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /whoever copies the key's file can be anybody in your chat/);
      assert.equal(stdout.includes("(EC P-256, encrypted, mode 0600)"), encrypted);
      assert.equal(stderr.includes("is not encrypted"), !encrypted);
      assert.equal(await isEncrypted(`${folder}/${name}`), encrypted);
    }
  }));

Deno.test("ca init makes nothing when the question or the passphrase is not answered", () =>
  inTempFolder(async (folder) => {
    for (const answers of [[], [""], ["y", "a", "b", "a", "b", "a", "b"]]) {
      const { status } = await run(initArgs(`${folder}/x`), { answers });
      assert.equal(status, 2);
      await assert.rejects(Deno.stat(`${folder}/x`), Deno.errors.NotFound);
    }
  }));

Deno.test("ca init takes a passphrase from standard input or a file, and without one says so", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/pass`, "secret\n", { mode: 0o600 });
    const stdin = await run(initArgs(`${folder}/a`, "--passphrase-stdin"), { stdin: "secret\n" });
    assert.equal(stdin.status, 0, stdin.stderr);
    assert.equal(stdin.stderr, "");
    const file = await run(initArgs(`${folder}/b`, "--passphrase-file", `${folder}/pass`));
    assert.equal(file.status, 0, file.stderr);
    const none = await run(initArgs(`${folder}/c`));
    assert.match(none.stderr, /ca-key.pem is not encrypted: whoever copies it/);
    const both = ["--passphrase-stdin", "--passphrase-file", `${folder}/pass`];
    assert.equal((await run(initArgs(`${folder}/d`, ...both))).status, 2);
    const encrypted = await Promise.all(
      ["a", "b", "c"].map((name) => isEncrypted(`${folder}/${name}`)),
    );
    assert.deepEqual(encrypted, [true, true, false]);
  }));

Deno.test("cert issue opens the CA's key by terminal, file and standard input, and no other way", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/pass`, "secret\n", { mode: 0o600 });
    const given = ["--passphrase-file", `${folder}/pass`];
    assert.equal((await run(initArgs(folder, ...given))).status, 0);
    const terminal = await run(issueArgs(folder), { answers: ["secret"] });
    assert.equal(terminal.status, 0, terminal.stderr);
    assert.match(terminal.stderr, /ca-key.pem is encrypted\nPassphrase: \n/);
    assert.equal((await run(issueArgs(folder, ...given))).status, 0);
    const stdin = await run(issueArgs(folder, "--passphrase-stdin"), { stdin: "secret\n" });
    assert.equal(stdin.status, 0, stdin.stderr);
    const nobody = await run(issueArgs(folder));
    assert.equal(nobody.status, 1);
    assert.match(nobody.stderr, /\[FORMAT\] .* is encrypted.*\n.*hint: .*--passphrase-file/);
    const wrong = await run(issueArgs(folder), { answers: ["sekret"] });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /\[FORMAT\] .* the passphrase does not open it/);
  }));

Deno.test("cert issue warns of a passphrase that is not needed", () =>
  inTempFolder(async (folder) => {
    await run(initArgs(folder));
    const issued = await run(issueArgs(folder, "--passphrase-stdin"), { stdin: "x\n" });
    assert.equal(issued.status, 0);
    assert.match(issued.stderr, /warning: the passphrase was not used/);
  }));

async function openssl(...args: readonly string[]): Promise<void> {
  const command = new Deno.Command("openssl", { args: [...args], stdout: "null" });
  const { success, stderr } = await command.output();
  assert.ok(success, `openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

needs(
  "openssl",
  "openssl pkcs8 reads an encrypted CA key of each kind, and cert issue reads what it encrypts",
  () =>
    inTempFolder(async (folder) => {
      for (const type of ["rsa-2048", "ec-p256", "ed25519"]) {
        const out = `${folder}/${type}`;
        const args = ["ca", "init", "--key-type", type, "--out", out, "--passphrase-stdin"];
        assert.equal((await run(args, { stdin: "secret\n" })).status, 0);
        const [key, plain] = [`${out}/ca-key.pem`, `${out}/plain.pem`];
        await openssl("pkcs8", "-in", key, "-passin", "pass:secret", "-out", plain);
        await openssl("pkey", "-check", "-noout", "-in", plain);
        for (const how of [["-v2", "aes-256-cbc"], ["-scrypt"]]) {
          const to = ["-out", key, "-passout", "pass:other"];
          await openssl("pkcs8", "-topk8", ...how, "-in", plain, ...to);
          const issued = await run(issueArgs(out, "--passphrase-stdin"), { stdin: "other\n" });
          assert.equal(issued.status, 0, `${type} ${how}: ${issued.stderr}`);
        }
      }
    }),
);
