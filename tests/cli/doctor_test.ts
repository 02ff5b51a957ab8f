/** Faults planted in a folder: doctor finds each, and its command, followed, mends it. */

import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { parseCertificatePem } from "../../src/pki/certificate.ts";
import { issueCrl } from "../../src/pki/crl_issue.ts";
import { parsePrivateKey } from "../../src/pki/private_key.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { programArguments, ProgramFolder } from "../testkit/program.ts";

const DAY_MS = 86_400_000;

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly code: string;
  readonly command?: string;
}

/** A folder where nothing is wrong, and `securechat` as a command for what is pasted. */
async function healthyFolder(): Promise<ProgramFolder> {
  return await madeHealthy(await ProgramFolder.ofTeam([]));
}

async function madeHealthy(folder: ProgramFolder): Promise<ProgramFolder> {
  await Deno.chmod(`${folder.path}/certs`, 0o700);
  await Deno.writeTextFile(`${folder.path}/.env`, "SERVER_PORT=0\nDB_PASSWORD=not-used\n", {
    mode: 0o600,
  });
  assert.equal((await folder.run(["ca", "crl"])).status, 0);
  const command = [Deno.execPath(), ...programArguments()].map((one) => `'${one}'`).join(" ");
  await Deno.mkdir(`${folder.path}/bin`);
  await Deno.writeTextFile(`${folder.path}/bin/securechat`, `#!/bin/sh\nexec ${command} "$@"\n`, {
    mode: 0o755,
  });
  return folder;
}

/** A folder whose CA is a year old, and whose server's certificate has ended since. */
async function agedFolder(): Promise<ProgramFolder> {
  const folder = await ProgramFolder.create();
  const certs = `${folder.path}/certs`;
  const files = ["--ca", `${certs}/ca-cert.pem`, "--ca-key", `${certs}/ca-key.pem`];
  const place = ["--type", "server", "--out", `${certs}/server`, ...files];
  for (
    const args of [
      ["ca", "init", "--out", certs, "--key-type", "ed25519"],
      ["cert", "issue", "--cn", "chat.test", "--key-type", "ed25519", "--days", "90", ...place],
    ]
  ) {
    const io = memoryIo({ nowMs: Date.now() - 365 * DAY_MS });
    assert.equal(await main(args, io), 0, io.stderr());
  }
  return await madeHealthy(folder);
}

async function examine(folder: ProgramFolder): Promise<readonly Finding[]> {
  const { stdout, stderr, status } = await folder.run(["doctor", "--json"]);
  assert.equal(stderr, "");
  const findings = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Finding);
  assert.equal(status, findings.some(({ level }) => level === "fault") ? 1 : 0);
  return findings;
}

/** Does what a finding says, in a shell, as somebody who pastes it. */
async function follow(folder: ProgramFolder, command: string): Promise<void> {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd: folder.path,
    env: { PATH: `${folder.path}/bin:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, `${command}: ${new TextDecoder().decode(stderr)}`);
}

/** The CA of a folder, to make what its program would not make. */
async function caOf(folder: ProgramFolder) {
  const read = (name: string) => Deno.readTextFile(`${folder.path}/certs/${name}`);
  const ca = parseCertificatePem(await read("ca-cert.pem"), "ca");
  return { ca, caKey: parsePrivateKey(await read("ca-key.pem"), "key") };
}

/** Issues a certificate in the server's place. */
async function plantCertificate(
  folder: ProgramFolder,
  ...options: readonly string[]
): Promise<void> {
  const place = ["--out", "certs/server", "--force", "--key-type", "ed25519"];
  const args = ["cert", "issue", "--cn", "chat.test", ...place, ...options];
  const { status, stderr } = await folder.run(args);
  assert.equal(status, 0, stderr);
}

async function plantOldList(folder: ProgramFolder): Promise<void> {
  const request = { ...await caOf(folder), lines: [], days: 1, nowMs: Date.now() - 9 * DAY_MS };
  const { pem } = await issueCrl(request);
  await Deno.writeTextFile(`${folder.path}/certs/ca-crl.pem`, pem);
}

async function plantDeafPort(folder: ProgramFolder): Promise<Disposable> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await Deno.writeTextFile(`${folder.path}/.env`, `SERVER_PORT=${port}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => listener.close() };
}

type Plant = (folder: ProgramFolder) => Promise<Disposable | void>;

// what is wrong, the check that finds it, how it is planted
const FAULTS: readonly (readonly [string, string, Plant])[] = [
  [
    "a key that others can read",
    "keys",
    (folder) => Deno.chmod(`${folder.path}/certs/server-key.pem`, 0o644),
  ],
  [
    "a password in a file that others can read",
    "env",
    (folder) => Deno.chmod(`${folder.path}/.env`, 0o644),
  ],
  ["a wrong setting", "settings", async (folder) => {
    await Deno.writeTextFile(`${folder.path}/.env`, "SERVER_PORT=many\n", { mode: 0o600 });
  }],
  [
    "a certificate that soon ends",
    "server",
    (folder) => plantCertificate(folder, "--type", "server", "--days", "10"),
  ],
  [
    "a certificate of the wrong role",
    "server",
    (folder) => plantCertificate(folder, "--type", "client"),
  ],
  ["a key that is another certificate's", "server", async (folder) => {
    const certificate = await Deno.readFile(`${folder.path}/certs/server-cert.pem`);
    await plantCertificate(folder, "--type", "server");
    await Deno.writeFile(`${folder.path}/certs/server-cert.pem`, certificate);
  }],
  ["a key that is gone", "server", (folder) => Deno.remove(`${folder.path}/certs/server-key.pem`)],
  ["a revocation list that is overdue", "revocations", plantOldList],
  [
    "a revocation list that is no list",
    "revocations",
    (folder) => Deno.writeTextFile(`${folder.path}/certs/ca-crl.pem`, "gone wrong\n"),
  ],
  [
    "a store that is no store",
    "accounts",
    (folder) =>
      Deno.writeTextFile(
        `${folder.path}/securechat.db`,
        "gone wrong, and long enough to be read\n".repeat(50),
        { mode: 0o600 },
      ),
  ],
  ["transcripts that others can read", "transcripts", async (folder) => {
    await Deno.mkdir(`${folder.path}/transcripts`);
    await Deno.chmod(`${folder.path}/transcripts`, 0o755);
  }],
  [
    "a file where a folder should be",
    "logs",
    (folder) => Deno.writeTextFile(`${folder.path}/logs`, ""),
  ],
  ["a port that something else has", "port", plantDeafPort],
];

Deno.test("doctor finds nothing in a folder where nothing is wrong, nor does serve --check", async () => {
  await using folder = await healthyFolder();
  assert.deepEqual(await examine(folder), []);
  const { status, stdout } = await folder.run(["serve", "--check"]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^good {5}server: /m);
});

for (const [name, check, plant] of FAULTS) {
  Deno.test(`doctor finds ${name}, and what it says mends it`, async () => {
    await using folder = await healthyFolder();
    using _planted = await plant(folder) ?? null;
    const found = (await examine(folder)).filter((finding) => finding.check === check);
    assert.equal(found.length, 1, JSON.stringify(await examine(folder)));
    await follow(folder, found[0]?.command ?? assert.fail("no command"));
    assert.deepEqual(await examine(folder), []);
  });
}

Deno.test("doctor finds a certificate that has ended, and what it says mends it", async () => {
  await using folder = await agedFolder();
  const [found, ...more] = await examine(folder);
  assert.deepEqual([found?.check, found?.level, more], ["server", "fault", []]);
  await follow(folder, found?.command ?? assert.fail("no command"));
  assert.deepEqual(await examine(folder), []);
});

Deno.test("serve --check says all that is wrong at once, and starts nothing", async () => {
  await using folder = await healthyFolder();
  await Deno.chmod(`${folder.path}/certs/server-key.pem`, 0o644);
  await Deno.writeTextFile(`${folder.path}/logs`, "");
  const { status, stdout } = await folder.run(["serve", "--check"]);
  assert.equal(status, 1);
  assert.match(stdout, /^fault {4}keys: .*\n {9}\$ chmod 600 certs\/server-key\.pem$/m);
  assert.match(stdout, /^fault {4}logs: /m);
});

Deno.test("doctor takes a securechat that runs for no fault, and serve --check does", async () => {
  await using folder = await healthyFolder();
  const { server, address } = await folder.serve();
  await Deno.writeTextFile(`${folder.path}/.env`, `SERVER_PORT=${address.split(":")[1]}\n`, {
    mode: 0o600,
  });
  assert.deepEqual((await examine(folder)).filter(({ check }) => check === "port"), []);
  const { status, stdout } = await folder.run(["serve", "--check"]);
  assert.equal(status, 1);
  assert.match(stdout, /a securechat server listens on/);
  server.kill("SIGTERM");
  await folder.finish(server);
});
