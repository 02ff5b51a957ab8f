import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { leafAccountOf } from "../../src/pki/leaf_account.ts";
import { openSqliteKeyAccounts } from "../../src/store/sqlite.ts";
import { testCa, testLeaf } from "../testkit/certificates.ts";
import { sampleKeyAccount } from "../testkit/key_account_contract.ts";
import { memoryIo, type MemoryIoOptions } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { opensslLeaf } from "../testkit/openssl_leaf.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const ca = await testCa("Team CA");
const { certificate } = await testLeaf({ ca, role: "client", commonName: "Alice B." });
const NEW = leafAccountOf(certificate);

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What alice's account is bound to afterwards. */
  readonly keyHash: string | undefined;
  readonly username: string | undefined;
}

/** Runs the command on a database with alice's account. */
function rebind(
  { pem = certificatePem(certificate), args = [], ...options }: MemoryIoOptions & {
    readonly pem?: string;
    readonly args?: readonly string[];
  },
): Promise<Outcome> {
  return inTempFolder(async (folder) => {
    const store = openSqliteKeyAccounts(`${folder}/x.db`);
    try {
      await store.insert(sampleKeyAccount("alice"));
      await Deno.writeTextFile(`${folder}/new.pem`, pem);
      const io = memoryIo({ ...options, env: { DB_FILE: `${folder}/x.db` } });
      const command = ["user", "rebind", "alice@example.org", "--cert", `${folder}/new.pem`];
      const status = await main([...command, ...args], io);
      const { keyHash, username } = await store.findByEmail("alice@example.org") ?? {};
      return { status, stdout: io.stdout(), stderr: io.stderr(), keyHash, username };
    } finally {
      await store.close();
    }
  });
}

Deno.test("user rebind shows the CN and asks; yes binds the account", async () => {
  for (const answer of ["y", " YES "]) {
    const { status, stdout, stderr, keyHash, username } = await rebind({ answers: [answer] });
    assert.equal(status, 0, stderr);
    assert.equal(keyHash, NEW.keyHash);
    assert.equal(username, "Alice B.");
    assert.ok(stdout.includes('"Alice B."'));
    const asked = stderr.indexOf("[y/N]");
    assert.ok(asked > stderr.indexOf(`"Alice B.", key ${NEW.keyHash}`), "shown before it is asked");
  }
});

Deno.test("user rebind changes nothing for any other answer, and exits with 1", async () => {
  for (const answers of [["n"], [""], ["yep"], []]) {
    const { status, stdout, keyHash, username } = await rebind({ answers });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.equal(keyHash, sampleKeyAccount("alice").keyHash);
    assert.equal(username, "alice");
  }
});

Deno.test("user rebind --yes does not ask", async () => {
  const { status, stderr, keyHash } = await rebind({ answers: [], args: ["--yes"] });
  assert.equal(status, 0);
  assert.ok(!stderr.includes("[y/N]"));
  assert.equal(keyHash, NEW.keyHash);
});

// addresses of the certificate, exit status
const ADDRESSES: readonly (readonly [string, number])[] = [
  ["email:ALICE@example.org,email:a@x", 0],
  ["email:bob@example.org", 1],
  ["email:bob@example.org,DNS:alice", 1],
];

for (const [names, wanted] of ADDRESSES) {
  needs("openssl", `user rebind exits with ${wanted} for a certificate of ${names}`, async () => {
    const pem = await inTempFolder((folder) => opensslLeaf(folder, { subject: "/CN=a", names }));
    const { status, stderr, keyHash } = await rebind({ pem, args: ["--yes"] });
    assert.equal(status, wanted, stderr);
    assert.equal(keyHash === sampleKeyAccount("alice").keyHash, wanted === 1);
    if (wanted === 1) assert.match(stderr, /\[BAD_CERT\].*bob@example\.org/);
  });
}
