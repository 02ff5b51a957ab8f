import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { REQUEST_MAX_BYTES } from "../../src/pki/request.ts";
import { encodePem } from "../../src/pki/pem.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

async function run(command: string, answers?: readonly string[]) {
  const io = memoryIo(answers === undefined ? {} : { answers });
  return { status: await main(command.split(" "), io), io };
}

/** A folder with a CA and the request of alice; `sign` is the command that answers it. */
async function withRequest(
  work: (place: { readonly folder: string; readonly sign: string }) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    await run(`ca init --key-type ec-p256 --out ${folder}`);
    const made = await run(
      `cert request --cn alice --type client --key-type ec-p256 --out ${folder}/alice`,
    );
    assert.equal(made.status, 0, made.io.stderr());
    const ca = `--ca ${folder}/ca-cert.pem --ca-key ${folder}/ca-key.pem`;
    await work({ folder, sign: `ca sign ${folder}/alice-request.pem ${ca}` });
  });
}

async function ledgerLines(folder: string): Promise<number> {
  return (await Deno.readTextFile(`${folder}/ca-ledger.jsonl`)).trimEnd().split("\n").length;
}

Deno.test("ca sign signs for y and yes", async () => {
  await withRequest(async ({ folder, sign }) => {
    const { status, io } = await run(sign, ["what?", " Y "]);
    assert.equal(status, 0, io.stderr());
    assert.equal(io.stderr().match(/sign this\? \[y\/N\] /g)?.length, 2);
    assert.equal(await ledgerLines(folder), 2);
    assert.equal((await run(`${sign} --force`, ["yes"])).status, 0);
  });
});

Deno.test("ca sign signs nothing for any other answer, nor at the end of input", async () => {
  await withRequest(async ({ folder, sign }) => {
    for (const answers of [["n"], [""], ["NO"], []]) {
      const { status, io } = await run(sign, answers);
      assert.equal(status, 1);
      assert.match(io.stderr(), /nothing was signed\n$/);
    }
    assert.equal(await ledgerLines(folder), 1);
    await assert.rejects(Deno.stat(`${folder}/alice-cert.pem`), Deno.errors.NotFound);
  });
});

Deno.test("ca sign refuses a request with a flipped bit, and one that is too large", async () => {
  await withRequest(async ({ folder, sign }) => {
    const path = `${folder}/alice-request.pem`;
    const good = await Deno.readTextFile(path);
    const base64 = good.replaceAll(/-----.*-----|\n/g, "");
    const der = Uint8Array.fromBase64(base64);
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    await Deno.writeTextFile(path, encodePem("CERTIFICATE REQUEST", der));
    const flipped = await run(`${sign} --yes`);
    assert.equal(flipped.status, 1);
    assert.match(flipped.io.stderr(), /\[BAD_CERT\] .*proof of possession \(RFC 2986 §4\.2\)/);
    const huge = new Uint8Array(REQUEST_MAX_BYTES + 1);
    await Deno.writeTextFile(path, encodePem("CERTIFICATE REQUEST", huge));
    const large = await run(`${sign} --yes`);
    assert.equal(large.status, 1);
    assert.match(large.io.stderr(), /\[FORMAT\] .*16385 bytes, expected at most 16384/);
    assert.equal(await ledgerLines(folder), 1);
  });
});

Deno.test("ca sign writes the books before the certificate", async () => {
  await withRequest(async ({ folder, sign }) => {
    await Deno.writeTextFile(`${folder}/ca-ledger.jsonl`, "hello\n");
    const { status, io } = await run(`${sign} --yes`);
    assert.equal(status, 1);
    assert.match(io.stderr(), /\[LEDGER\]/);
    await assert.rejects(Deno.stat(`${folder}/alice-cert.pem`), Deno.errors.NotFound);
  });
});

Deno.test("ca sign --cn and --san replace what the request names", async () => {
  await withRequest(async ({ folder, sign }) => {
    const { io } = await run(`${sign} --yes --cn bob --san bob.example`);
    assert.match(io.stderr(), /ignored {6}CN alice\n/);
    assert.match(io.stdout(), /\nnames {8}bob, bob\.example\n/);
    assert.equal((await run(`cert show ${folder}/alice-cert.pem`)).status, 0);
  });
});
