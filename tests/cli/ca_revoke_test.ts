import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { crlBookLines } from "../../src/pki/crl_issue.ts";
import { readRevocations } from "../../src/pki/revocations.ts";
import { readCrlFile } from "../../src/cli/revocation_list.ts";
import { type MemoryIo, memoryIo, type MemoryIoOptions } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

/** A CA and alice's certificate in a folder, and commands that use them. */
interface Office {
  readonly folder: string;
  /** Runs `securechat` with the CA's files. */
  run(command: string, options?: MemoryIoOptions): Promise<MemoryIo & { readonly status: number }>;
  issue(name: string): Promise<{ readonly serial: string; readonly fingerprint: string }>;
  /** Everything on the list. */
  listed(): Promise<{ readonly entries: number; readonly number: bigint }>;
  ledger(): Promise<readonly string[]>;
}

async function withOffice(
  work: (office: Office) => Promise<void>,
  keyType = "ec-p256",
): Promise<void> {
  await inTempFolder(async (folder) => {
    const files = `--ca ${folder}/ca-cert.pem --ca-key ${folder}/ca-key.pem`;
    const call = async (command: string, options: MemoryIoOptions = {}) => {
      const io = memoryIo(options);
      return { ...io, status: await main(command.split(" "), io) };
    };
    await call(`ca init --name Team --key-type ${keyType} --out ${folder}`);
    const certificateOf = async (name: string) =>
      parseCertificatePem(await Deno.readTextFile(`${folder}/${name}-cert.pem`), name);
    await work({
      folder,
      run: (command, options) => call(`${command} ${files}`, options),
      issue: async (name) => {
        const io = await call(
          `cert issue --cn ${name} --type client --out ${folder}/${name} ${files}`,
        );
        assert.equal(io.status, 0, io.stderr());
        return await certificateOf(name);
      },
      listed: async () => {
        const [source] = await readCrlFile(`${folder}/ca-crl.pem`);
        assert.ok(source);
        const anchors = [await certificateOf("ca")];
        const [crl] = readRevocations([source.der], { anchors, source: "it" }).crls;
        assert.ok(crl);
        const { entries, number } = crl;
        return { entries: entries.size, number };
      },
      ledger: async () =>
        (await Deno.readTextFile(`${folder}/ca-ledger.jsonl`)).trimEnd().split("\n"),
    });
  });
}

Deno.test("ca revoke finds a certificate by serial or fingerprint, in any spelling", async () => {
  await withOffice(async ({ run, issue, listed }) => {
    const colons = (hex: string) => hex.toUpperCase().replace(/..(?!$)/g, "$&:");
    const spellings = [
      (await issue("a")).serial,
      colons((await issue("b")).serial),
      `00:${colons((await issue("c")).serial)}`,
      (await issue("d")).fingerprint.toUpperCase(),
      colons((await issue("e")).fingerprint),
    ];
    for (const [index, spelling] of spellings.entries()) {
      const io = await run(`ca revoke ${spelling} --reason superseded`);
      assert.equal(io.status, 0, `${spelling}: ${io.stderr()}`);
      assert.equal((await listed()).entries, index + 1);
    }
  });
});

Deno.test("ca revoke finds nothing by a part of a number", async () => {
  await withOffice(async ({ run, issue, ledger }) => {
    const { serial, fingerprint } = await issue("alice");
    for (const part of [serial.slice(0, -1), serial.slice(1), fingerprint.slice(0, 63), "0", ":"]) {
      const io = await run(`ca revoke ${part} --reason superseded`);
      assert.equal(io.status, 4, part);
      assert.match(io.stderr(), /hint: .*securechat ca list/);
    }
    assert.equal((await ledger()).length, 2);
  });
});

Deno.test("ca revoke shows a person the certificate and asks; only yes revokes", async () => {
  await withOffice(async ({ run, issue, ledger }) => {
    const { serial } = await issue("alice");
    for (const answers of [["n"], [""], []]) {
      const io = await run(`ca revoke ${serial} --reason superseded`, { answers });
      assert.equal(io.status, 1);
      assert.match(io.stderr(), new RegExp(`serial {7}${serial}\n[^]*revoke this\\? \\[y/N\\] `));
      assert.match(io.stderr(), /nothing was revoked/);
      assert.equal(io.stdout(), "");
    }
    assert.equal((await ledger()).length, 2);
    const io = await run(`ca revoke ${serial} --reason superseded`, { answers: ["Y"] });
    assert.equal(io.status, 0);
    assert.equal((await ledger()).length, 3);
  });
});

Deno.test("ca revoke --yes asks nobody", async () => {
  await withOffice(async ({ run, issue }) => {
    const { serial } = await issue("alice");
    const io = await run(`ca revoke ${serial} --reason superseded --yes`, { answers: ["n"] });
    assert.equal(io.status, 0);
    assert.equal(io.stderr(), "");
  });
});

Deno.test("ca revoke makes a list that was lost again, and writes nothing into the books", async () => {
  await withOffice(async ({ run, issue, listed, ledger, folder }) => {
    const { serial } = await issue("alice");
    assert.equal((await run(`ca revoke ${serial} --reason superseded`)).status, 0);
    const before = await ledger();
    await Deno.remove(`${folder}/ca-crl.pem`);
    const io = await run(`ca revoke ${serial} --reason superseded`);
    assert.equal(io.status, 1);
    assert.match(io.stderr(), /it was revoked 2\S+Z \(superseded\), line 3/);
    assert.equal((await listed()).entries, 1);
    assert.deepEqual(await ledger(), before);
  });
});

Deno.test("ca revoke leaves the books alone when the key is not the CA's", async () => {
  await withOffice(async ({ run, issue, ledger, folder }) => {
    const { serial } = await issue("alice");
    const before = await ledger();
    await Deno.rename(`${folder}/alice-key.pem`, `${folder}/ca-key.pem`);
    const io = await run(`ca revoke ${serial} --reason superseded`);
    assert.match(io.stderr(), /\[FORMAT\].*the CA key does not belong/);
    assert.deepEqual(await ledger(), before);
  });
});

Deno.test("ca revoke by file works for a certificate that the books do not have", async () => {
  await withOffice(async ({ run, issue, listed, folder }) => {
    await issue("alice");
    await Deno.remove(`${folder}/ca-ledger.jsonl`);
    const io = await run(`ca revoke ${folder}/alice-cert.pem --reason key-compromise`);
    assert.equal(io.status, 0, io.stderr());
    assert.match(io.stderr(), /the books did not have this certificate/);
    assert.equal((await listed()).entries, 1);
  });
});

Deno.test("ca revoke says that the books have it when the list cannot be written", async () => {
  await withOffice(async ({ run, issue, ledger, folder }) => {
    const { serial } = await issue("alice");
    const io = await run(`ca revoke ${serial} --reason superseded --crl ${folder}/no/ca-crl.pem`);
    assert.equal(io.status, 1);
    assert.match(io.stderr(), /\[FILE\].*; the revocation is in the books\n.*securechat ca crl/);
    assert.equal((await ledger()).length, 3);
  });
});

Deno.test("ca crl refuses to lose a revocation that an older copy of the books lacks", async () => {
  await withOffice(async ({ run, issue, listed, ledger, folder }) => {
    const { serial } = await issue("alice");
    assert.equal((await run(`ca revoke ${serial} --reason superseded`)).status, 0);
    const list = await listed();
    await Deno.writeTextFile(
      `${folder}/ca-ledger.jsonl`,
      (await ledger()).slice(0, 2).map((line) => `${line}\n`).join(""),
    );
    const io = await run("ca crl");
    assert.equal(io.status, 1);
    assert.match(io.stderr(), /\[LEDGER\].*lack 1 of its revocations/);
    assert.deepEqual(await listed(), list);
    // Longer again, with something else: the revocation is still missing.
    for (const name of ["bob", "carol"]) await issue(name);
    assert.equal((await run("ca crl")).status, 1);
  });
});

Deno.test("ca crl refuses books that are shorter than those of the list before", async () => {
  await withOffice(async ({ run, issue, ledger, folder }) => {
    await issue("alice");
    assert.equal((await run("ca crl")).status, 0);
    await Deno.writeTextFile(`${folder}/ca-ledger.jsonl`, `${(await ledger())[0]}\n`);
    const io = await run("ca crl");
    assert.equal(io.status, 1);
    assert.match(io.stderr(), /\[LEDGER\].*lack lines that were there/);
  });
});

Deno.test("ca crl numbers lists upwards, even after the clock went back", async () => {
  await withOffice(async ({ run, listed }) => {
    const nowMs = Date.now();
    const numbers: bigint[] = [];
    for (const at of [nowMs, nowMs, nowMs + 5000, nowMs - 60_000]) {
      assert.equal((await run("ca crl", { nowMs: at })).status, 0);
      numbers.push((await listed()).number);
    }
    assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a < b ? -1 : 1));
    assert.ok(numbers.every((number) => crlBookLines(number) === 1n));
  });
});

Deno.test("ca revoke twice at once leaves books that hold and a list with both", async () => {
  await withOffice(async ({ run, issue, listed }) => {
    const serials = [(await issue("a")).serial, (await issue("b")).serial];
    const runs = await Promise.all(
      serials.map((serial) => run(`ca revoke ${serial} --reason superseded`)),
    );
    assert.deepEqual(runs.map(({ status }) => status), [0, 0]);
    assert.equal((await listed()).entries, 2);
  });
});

async function openssl(...args: readonly string[]): Promise<{ success: boolean; text: string }> {
  const { stdout, stderr, success } = await new Deno.Command("openssl", { args: [...args] })
    .output();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

for (const keyType of ["rsa-2048", "ec-p256", "ed25519"]) {
  needs(
    "openssl",
    `openssl accepts the list of a CA with a key of ${keyType}, and obeys it`,
    () =>
      withOffice(async ({ run, issue, folder }) => {
        const { serial } = await issue("alice");
        await issue("bob");
        const crl = `${folder}/ca-crl.pem`;
        const signature = [
          "crl",
          "-verify",
          "-noout",
          "-in",
          crl,
          "-CAfile",
          `${folder}/ca-cert.pem`,
        ];
        const judge = (name: string) =>
          openssl(
            ...["verify", "-x509_strict", "-crl_check", "-CAfile", `${folder}/ca-cert.pem`],
            ...["-CRLfile", crl, `${folder}/${name}-cert.pem`],
          );
        assert.equal((await run("ca crl")).status, 0);
        assert.match((await openssl(...signature)).text, /verify OK/);
        assert.match((await judge("alice")).text, /: OK/);
        assert.equal((await run(`ca revoke ${serial} --reason unspecified`)).status, 0);
        assert.match((await openssl(...signature)).text, /verify OK/);
        const [alice, bob] = [await judge("alice"), await judge("bob")];
        assert.match(alice.text, /certificate revoked/);
        assert.equal(alice.success, false);
        assert.match(bob.text, /: OK/);
      }, keyType),
  );
}
