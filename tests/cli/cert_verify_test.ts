import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { encodePem } from "../../src/pki/pem.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { testCrl } from "../testkit/crl.ts";
import { memoryIo } from "../testkit/memory_io.ts";

const ca = await testCa("Team CA");
const other = await testCa("Other CA");
const leaf = await testLeaf({ ca, role: "server", commonName: "chat.example" });
const WEEKS_8_MS = 8 * 7 * 86_400_000;
const AT = ["--at", VALID_AT.toISOString().replace(".000", "")];

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = new Date(VALID_AT.getTime() - WEEKS_8_MS);
  const crls = {
    clean: await testCrl({ ca, at: VALID_AT, revoked: [] }),
    revoking: await testCrl({ ca, at: VALID_AT, revoked: [leaf.certificate.serial] }),
    stale: await testCrl({ ca, at: before, revoked: [] }),
  };
  try {
    const pems = certificatePem(other.certificate) + certificatePem(ca.certificate);
    await Deno.writeTextFile(`${folder}/cas.pem`, pems);
    await Deno.writeTextFile(`${folder}/other.pem`, certificatePem(other.certificate));
    await Deno.writeTextFile(`${folder}/leaf.pem`, certificatePem(leaf.certificate));
    for (const [name, der] of Object.entries(crls)) {
      await Deno.writeTextFile(`${folder}/${name}.pem`, encodePem("X509 CRL", der));
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function verify(...args: readonly string[]): Promise<Ran> {
  const io = memoryIo();
  const status = await main(["cert", "verify", ...args], io);
  return { status, out: io.stdout(), err: io.stderr() };
}

Deno.test("cert verify prints the path of what it accepts, with 0", () =>
  inFolder(async (folder) => {
    const files = [`${folder}/leaf.pem`, "--ca", `${folder}/cas.pem`, ...AT];
    const plain = await verify(...files, "--purpose", "server", "--host", "chat.example");
    assert.deepEqual(plain, {
      status: 0,
      out: "accepted     CN=chat.example\n" +
        "signed by    CN=Team CA\n" +
        "revocation   not checked: no --crl\n",
      err: "",
    });
    const checked = await verify(...files, "--crl", `${folder}/clean.pem`, "--crl-required");
    assert.match(checked.out, /^revocation {3}not revoked$/m);
    assert.equal(checked.status, 0);
    const json = JSON.parse((await verify(...files, "--json")).out);
    assert.equal(json.result, "accepted");
    assert.equal(json.path[0].fingerprint, leaf.certificate.fingerprint);
  }));

Deno.test("cert verify names the rule and the certificate of what it refuses, with 1", () =>
  inFolder(async (folder) => {
    const file = `${folder}/leaf.pem`;
    const files = [file, "--ca", `${folder}/cas.pem`, ...AT];
    assert.deepEqual(await verify(...files, "--purpose", "client"), {
      status: 1,
      out: "refused      extended-key-usage\n" +
        "rule         RFC 5280 §4.2.1.12: extended key usage of the role\n" +
        "certificate  CN=chat.example\n" +
        "reason       it lacks clientAuth\n",
      err: "",
    });
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["name", [...files, "--host", "other.example"]],
      ["no-path", [file, "--ca", `${folder}/other.pem`, ...AT]],
      ["not-yet-valid", [file, "--ca", `${folder}/cas.pem`, "--at", "2001-01-01"]],
      ["revoked", [...files, "--crl", `${folder}/revoking.pem`]],
      ["crl-stale", [...files, "--crl", `${folder}/stale.pem`, "--crl-required"]],
      ["revocation-unknown", [...files, "--crl-required"]],
    ];
    for (const [code, args] of cases) {
      const { status, out } = await verify(...args, "--json");
      assert.equal(status, 1);
      assert.equal(JSON.parse(out).code, code);
    }
  }));

Deno.test("cert verify warns of a stale CRL and accepts", () =>
  inFolder(async (folder) => {
    const files = [`${folder}/leaf.pem`, "--ca", `${folder}/cas.pem`, ...AT];
    const { status, out } = await verify(...files, "--crl", `${folder}/stale.pem`);
    assert.equal(status, 0);
    assert.match(out, /^revocation {3}not certain$/m);
    assert.match(out, /^warning {6}revocation of "CN=chat\.example" was not checked: /m);
  }));

Deno.test("cert verify refuses arguments and files that are not what they should be", () =>
  inFolder(async (folder) => {
    const file = `${folder}/leaf.pem`;
    const files = [file, "--ca", `${folder}/cas.pem`];
    const cases: readonly (readonly [RegExp, number, readonly string[]])[] = [
      [/\[USAGE\]/, 2, [file]],
      [/\[USAGE\]/, 2, [...files, "--at", "yesterday"]],
      [/\[NO_INPUT\]/, 4, [file, "--ca", `${folder}/nothing.pem`]],
      [/\[FORMAT\]/, 1, [`${folder}/clean.pem`, "--ca", `${folder}/cas.pem`]],
      [/\[FORMAT\]/, 1, [...files, "--crl", file]],
    ];
    for (const [error, expected, args] of cases) {
      const { status, out, err } = await verify(...args);
      assert.match(err, error);
      assert.equal(status, expected);
      assert.equal(out, "");
    }
  }));
