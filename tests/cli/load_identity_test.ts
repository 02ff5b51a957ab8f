import assert from "node:assert/strict";
import { readConfig } from "../../src/cli/config.ts";
import { loadIdentity } from "../../src/cli/load_identity.ts";
import type { ChatError } from "../../src/errors.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import type { Issued } from "../../src/pki/issue.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/script.ts";

const ca = await testCa("Test CA");
const server = await testLeaf({ ca, role: "server", commonName: "chat.example" });
const client = await testLeaf({ ca, role: "client", commonName: "alice" });
const stranger = await testLeaf({ ca: await testCa("Other CA"), role: "server" });

async function write(name: string, { certificate, key }: Issued): Promise<void> {
  await Deno.mkdir("certs", { recursive: true });
  await Deno.writeTextFile(`certs/${name}-cert.pem`, certificatePem(certificate));
  await Deno.writeTextFile(`certs/${name}-key.pem`, encodePrivateKey(key), { mode: 0o600 });
}

/** Writes a CA and a server's files, loads them, and says how that ended. */
async function load(leaf: Issued | undefined, at = VALID_AT): Promise<string> {
  const io = memoryIo({ nowMs: at.getTime() });
  await write("ca", ca);
  if (leaf !== undefined) await write("server", leaf);
  try {
    const { identity } = await loadIdentity(await readConfig(io), { role: "server", io });
    return `${identity.certificate.commonName}${io.stderr()}`;
  } catch (error) {
    const { code, hint } = error as ChatError;
    return `${code} ${hint}`;
  }
}

Deno.test("loadIdentity() reads certificate, key and CA from the files of the settings", () =>
  inTempFolder(async () => {
    assert.equal(await load(server), "chat.example");
  }));

Deno.test("loadIdentity() warns of a key that others can read", () =>
  inTempFolder(async () => {
    await load(server);
    await Deno.chmod("certs/server-key.pem", 0o640);
    const io = memoryIo({ nowMs: VALID_AT.getTime() });
    await loadIdentity(await readConfig(io), { role: "server", io });
    assert.match(io.stderr(), /chmod 600 certs\/server-key\.pem/);
  }));

Deno.test("loadIdentity() answers each fault with the command that helps", () =>
  inTempFolder(async () => {
    const issue = /^FILE .*securechat cert issue --cn chat\.example --type server$/;
    assert.match(await load(undefined), issue);
    const late = new Date(VALID_AT.getTime() + 400 * 86_400_000);
    const again = /^BAD_CERT .*--cn chat\.example --type server --force; or correct the clock/;
    assert.match(await load(server, late), again);
    assert.match(await load(stranger), /^BAD_CERT /);
    assert.match(await load(client), /^BAD_CERT .*--type server/);
    assert.match(await load({ ...server, key: client.key }), /^FORMAT /);
    await Deno.remove("certs/ca-cert.pem");
    const io = memoryIo();
    await assert.rejects(
      loadIdentity(await readConfig(io), { role: "client", io }),
      { code: "FILE", hint: /securechat ca init/ },
    );
  }));
