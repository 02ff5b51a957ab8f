import assert from "node:assert/strict";
import { recordDeed } from "../../src/cli/books.ts";
import { main } from "../../src/main.ts";
import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { parsePrivateKey } from "../../src/pki/private_key.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const DAY_MS = 86_400_000;

async function run(command: string, nowMs = Date.now()) {
  const io = memoryIo({ nowMs });
  return { status: await main(command.split(" "), io), io };
}

async function certificateOf(path: string) {
  return parseCertificatePem(await Deno.readTextFile(path), path);
}

interface Place {
  readonly folder: string;
  /** The options that name the CA. */
  readonly ca: string;
  /** The command that renews alice. */
  readonly renew: string;
}

/** A folder with a CA and the certificate of alice, of ten days. */
async function withAlice(work: (place: Place) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    await run(`ca init --key-type ec-p256 --out ${folder}`);
    const ca = `--ca ${folder}/ca-cert.pem --ca-key ${folder}/ca-key.pem`;
    const who = `--cn alice --type client --key-type ec-p256 --out ${folder}/alice`;
    const { status, io } = await run(`cert issue ${who} --days 10 ${ca}`);
    assert.equal(status, 0, io.stderr());
    await work({ folder, ca, renew: `cert renew ${folder}/alice-cert.pem ${ca}` });
  });
}

Deno.test("cert renew --force replaces the pair with one that belongs together", async () => {
  await withAlice(async ({ folder, renew }) => {
    const old = await certificateOf(`${folder}/alice-cert.pem`);
    assert.equal((await run(`${renew} --force`)).status, 0);
    const now = await certificateOf(`${folder}/alice-cert.pem`);
    const key = parsePrivateKey(await Deno.readTextFile(`${folder}/alice-key.pem`), "key");
    assert.equal(key.spkiDer.toHex(), now.key.spkiDer.toHex());
    assert.notEqual(now.key.spkiDer.toHex(), old.key.spkiDer.toHex());
    assert.deepEqual([now.subject, now.dnsNames], [old.subject, old.dnsNames]);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.endsWith(".tmp")), []);
    const { mode } = await Deno.stat(`${folder}/alice-key.pem`);
    assert.equal((mode ?? 0) & 0o777, 0o600);
    const lines = (await Deno.readTextFile(`${folder}/ca-ledger.jsonl`)).trimEnd().split("\n");
    const { kind, note, serial } = JSON.parse(lines.at(-1) ?? "");
    assert.deepEqual([kind, note, serial], ["renewed", old.serial, now.serial]);
  });
});

Deno.test("cert renew --reuse-key keeps the key and its file", async () => {
  await withAlice(async ({ folder, renew }) => {
    const keyFile = await Deno.readTextFile(`${folder}/alice-key.pem`);
    const old = await certificateOf(`${folder}/alice-cert.pem`);
    assert.equal((await run(`${renew} --reuse-key --force`)).status, 0);
    const now = await certificateOf(`${folder}/alice-cert.pem`);
    assert.equal(now.key.spkiDer.toHex(), old.key.spkiDer.toHex());
    assert.notEqual(now.serial, old.serial);
    assert.equal(await Deno.readTextFile(`${folder}/alice-key.pem`), keyFile);
  });
});

Deno.test("cert renew refuses a certificate that the books know as revoked", async () => {
  await withAlice(async ({ folder, renew }) => {
    const io = memoryIo();
    const ca = await certificateOf(`${folder}/ca-cert.pem`);
    const caKey = parsePrivateKey(await Deno.readTextFile(`${folder}/ca-key.pem`), "key");
    const certificate = await certificateOf(`${folder}/alice-cert.pem`);
    const deed = {
      kind: "revoked",
      role: "client",
      nowMs: Date.now(),
      note: "superseded",
    } as const;
    const keeper = { ca, caKey, path: `${folder}/ca-ledger.jsonl` };
    await recordDeed(io, keeper, { ...deed, certificate });
    const refused = await run(`${renew} --out ${folder}/new`);
    assert.equal(refused.status, 1);
    assert.match(refused.io.stderr(), /\[BAD_CERT\] .*it was revoked .* \(superseded\)/);
    await assert.rejects(Deno.stat(`${folder}/new-cert.pem`), Deno.errors.NotFound);
  });
});

Deno.test("cert renew refuses a certificate that the books do not have, and a CA without books", async () => {
  await withAlice(async ({ folder, ca, renew }) => {
    const books = `${folder}/ca-ledger.jsonl`;
    await Deno.remove(books);
    assert.match(
      (await run(`${renew} --out ${folder}/new`)).io.stderr(),
      /\[FILE\] .*no such file/,
    );
    await run(`cert issue --cn bob --type client --key-type ec-p256 --out ${folder}/bob ${ca}`);
    const { status, io } = await run(`${renew} --out ${folder}/new`);
    assert.equal(status, 1);
    assert.match(io.stderr(), /\[BAD_CERT\] .*the CA's books do not have it/);
    await assert.rejects(Deno.stat(`${folder}/new-cert.pem`), Deno.errors.NotFound);
  });
});

Deno.test("cert renew renews what has expired, and says so", async () => {
  await withAlice(async ({ folder, renew }) => {
    const later = Date.now() + 20 * DAY_MS;
    const { status, io } = await run(`${renew} --out ${folder}/new`, later);
    assert.equal(status, 0, io.stderr());
    assert.match(io.stderr(), /the old one expired /);
  });
});

Deno.test("cert check tells fine from due and expired, by days and by share of life", async () => {
  await withAlice(async ({ folder }) => {
    const { notBefore, notAfter } = await certificateOf(`${folder}/alice-cert.pem`);
    const [from, end] = [notBefore.getTime(), notAfter.getTime()];
    // moment, what is asked, the state
    const cases: readonly (readonly [number, string, string])[] = [
      [from, "", "due"], // ten days are fewer than thirty
      [end - 3 * DAY_MS - 1, "3d", "fine"],
      [end - 3 * DAY_MS, "3d", "due"],
      [end - 1, "0d", "fine"],
      [end + 1, "0d", "expired"],
      [end + 1, "100%", "expired"],
      [from + 0.65 * (end - from), "66%", "fine"],
      [from + 0.67 * (end - from), "66%", "due"],
      [end, "100%", "due"],
      [from - DAY_MS, "1%", "fine"],
    ];
    for (const [moment, within, state] of cases) {
      const option = within === "" ? "" : ` --within ${within}`;
      const command = `cert check ${folder}/alice-cert.pem --json${option}`;
      const { status, io } = await run(command, moment);
      assert.equal(JSON.parse(io.stdout()).state, state, `${new Date(moment)} ${within}`);
      assert.equal(status, state === "fine" ? 0 : 1);
    }
  });
});
