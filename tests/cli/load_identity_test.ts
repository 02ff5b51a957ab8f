import { TrustSource } from "../../src/cli/trust_source.ts";
import assert from "node:assert/strict";
import { type Config, mergeSettings } from "../../src/cli/config.ts";
import { loadIdentity } from "../../src/cli/load_identity.ts";
import type { ChatError } from "../../src/errors.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import type { Issued } from "../../src/pki/issue.ts";
import { encodePrivateKey } from "../../src/pki/private_key.ts";
import { testCa, testLeaf, VALID_AT } from "../testkit/certificates.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const ca = await testCa("Test CA");
const server = await testLeaf({ ca, role: "server", commonName: "chat.example" });
const client = await testLeaf({ ca, role: "client", commonName: "alice" });
const stranger = await testLeaf({ ca: await testCa("Other CA"), role: "server" });

async function write(prefix: string, { certificate, key }: Issued): Promise<void> {
  await Deno.writeTextFile(`${prefix}-cert.pem`, certificatePem(certificate));
  await Deno.writeTextFile(`${prefix}-key.pem`, encodePrivateKey(key), { mode: 0o600 });
}

function configOf(folder: string): Config {
  const flags = {
    CA_CERT: `${folder}/ca-cert.pem`,
    SERVER_CERT: `${folder}/server-cert.pem`,
    SERVER_KEY: `${folder}/server-key.pem`,
  };
  return mergeSettings(memoryIo(), { flags, dotenv: {} });
}

/** Loads the server of a folder, and says how that ended. */
async function load(folder: string, at = VALID_AT): Promise<string> {
  const io = memoryIo({ nowMs: at.getTime() });
  try {
    const config = configOf(folder);
    const { trust } = await TrustSource.load({
      ...{ ca: config.ca.cert, crl: config.crl.path, isCrlNamed: false, crlRequired: false },
    });
    const loading = { role: "server", io, trust, protocols: [1, 2] } as const;
    const { own, classic } = await loadIdentity(config, loading);
    assert.equal(classic?.certificate.fingerprint, own.fingerprint);
    return `${own.name}${io.stderr()}`;
  } catch (error) {
    const { code, hint } = error as ChatError;
    return `${code} ${hint.replaceAll(folder, "DIR")}`;
  }
}

Deno.test("loadIdentity() reads certificate, key and CA from the files of the settings", () =>
  inTempFolder(async (folder) => {
    await write(`${folder}/ca`, ca);
    await write(`${folder}/server`, server);
    assert.equal(await load(folder), "chat.example");
  }));

Deno.test("loadIdentity() warns of a key that others can read", () =>
  inTempFolder(async (folder) => {
    await write(`${folder}/ca`, ca);
    await write(`${folder}/server`, server);
    await Deno.chmod(`${folder}/server-key.pem`, 0o640);
    assert.match(await load(folder), /warning: others can read .*chmod 600 .*server-key\.pem/);
  }));

Deno.test("loadIdentity() answers a missing file with the command that makes it", () =>
  inTempFolder(async (folder) => {
    assert.match(await load(folder), /^FILE .*securechat ca init/);
    await write(`${folder}/ca`, ca);
    const issue =
      /^FILE .*securechat cert issue --cn chat\.example --type server --out DIR\/server$/;
    assert.match(await load(folder), issue);
  }));

Deno.test("loadIdentity() answers a certificate that no peer would accept with the right command", () =>
  inTempFolder(async (folder) => {
    await write(`${folder}/ca`, ca);
    await write(`${folder}/server`, server);
    const late = new Date(VALID_AT.getTime() + 400 * 86_400_000);
    const again =
      /^BAD_CERT .*securechat cert renew DIR\/server-cert\.pem --reuse-key --force; or correct/;
    assert.match(await load(folder, late), again);
    await write(`${folder}/server`, stranger);
    assert.match(await load(folder), /^BAD_CERT /);
    await write(`${folder}/server`, client);
    assert.match(await load(folder), /^BAD_CERT .*--type server/);
    await write(`${folder}/server`, { ...server, key: client.key });
    assert.match(await load(folder), /^FORMAT /);
  }));
