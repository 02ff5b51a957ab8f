import assert from "node:assert/strict";
import { help } from "../../src/cli/verify.ts";
import { reportText } from "../../src/cli/verify_report.ts";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { encodeSessionKey } from "../../src/transcript/v1/session_key.ts";
import { verifyTranscript } from "../../src/transcript/v1/verify.ts";
import { type MemoryIo, memoryIo } from "../testkit/memory_io.ts";
import {
  buildTranscript,
  cast,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  SESSION_KEY,
} from "../testkit/transcript_builder.ts";

const ORIGINALS = new URL("../data/original/", import.meta.url).pathname;
const ORIGINAL = `${ORIGINALS}client_458e229240a7c55d_20261122_235904.transcript`;
const ORIGINAL_CA = `${ORIGINALS}ca-cert.pem`;

/** A folder with a CA and a transcript of each verdict. */
async function withFiles(
  work: (
    folder: string,
    run: (...args: string[]) => Promise<MemoryIo & { status: number }>,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const { ca } = await cast();
  const good = await buildTranscript({ peerReceipt: (honest) => honest });
  const bad = editLine(good, FIRST + 1, (line) => editField(line, 1, (ts) => `${ts}0`));
  const files: Readonly<Record<string, string>> = {
    "ca-cert.pem": certificatePem(ca),
    "notes.pem": "this is no certificate\n",
    "good.transcript": good,
    "bad.transcript": bad,
    "open.transcript": good.slice(0, good.indexOf("# Session Receipt")),
    "good.key": encodeSessionKey(SESSION_KEY),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  try {
    await work(folder, async (...args) => {
      const io = memoryIo();
      const status = await main(["verify", "--ca", `${folder}/ca-cert.pem`, ...args], io);
      return { ...io, status };
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("verify tells verdict, parties and each entry's author of a VALID transcript", async () => {
  await withFiles(async (folder, run) => {
    const io = await run(`${folder}/good.transcript`);
    assert.equal(io.status, 0);
    assert.equal(io.stderr(), "");
    const lines = io.stdout().split("\n");
    assert.equal(lines[0], `${folder}/good.transcript: VALID, 6 entries, the receipt covers all`);
    assert.match(io.stdout(), /^ {2}client {2}"alice", whose file this is, 3 entries$/m);
    assert.match(io.stdout(), /^ {5}9 {2}server {7}1 {2}2026-11-23T12:00:00.000Z {2}ok$/m);
    assert.match(io.stdout(), /receipt: line \d+, numbers 1 to 3, good$/m);
    assert.match(io.stdout(), /other side's receipt: line \d+, .*; its file has these entries/);
  });
});

Deno.test("verify tells the first bad line of an INVALID transcript, with 1", async () => {
  await withFiles(async (folder, run) => {
    const io = await run(`${folder}/bad.transcript`);
    assert.equal(io.status, 1);
    assert.match(
      io.stdout(),
      /bad\.transcript: INVALID at line 10: \[SIG_FAIL\] neither side's key/,
    );
    assert.match(io.stdout(), /^ {4}10 {2}\? .* SIG_FAIL$/m);
    assert.match(io.stdout(), /^ {2}line \d+: \[SIG_FAIL\] the receipt's hash/m);
  });
});

Deno.test("verify tells an INCOMPLETE transcript with 3", async () => {
  await withFiles(async (folder, run) => {
    const io = await run(`${folder}/open.transcript`);
    assert.equal(io.status, 3);
    assert.match(io.stdout(), /INCOMPLETE, 6 entries, no receipt covers them/);
  });
});

Deno.test("verify goes on after a bad file, and the worst status counts", async () => {
  await withFiles(async (folder, run) => {
    const paths = ["good", "open", "bad", "missing"].map((name) => `${folder}/${name}.transcript`);
    const all = await run(...paths);
    assert.equal(all.status, 1);
    assert.equal(all.stdout().match(/\.transcript: (VALID|INCOMPLETE|INVALID)/g)?.length, 3);
    assert.match(all.stderr(), /\[NO_INPUT\] cannot read ".*missing\.transcript"/);
    assert.equal((await run(paths[0] ?? "", paths[1] ?? "")).status, 3);
    assert.equal((await run(paths[3] ?? "", paths[1] ?? "")).status, 4);
  });
});

Deno.test("verify --json prints one object a line", async () => {
  await withFiles(async (folder, run) => {
    const io = await run("--json", `${folder}/good.transcript`, `${folder}/bad.transcript`);
    const [good, bad] = io.stdout().trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(good.format, "securechat-verify/1");
    assert.deepEqual([good.verdict, good.firstError, good.role], ["VALID", null, "client"]);
    assert.deepEqual(good.parties.map(({ name }: { name: string }) => name), [
      "alice",
      "chat.example",
    ]);
    assert.deepEqual(good.entries[0], {
      line: 9,
      author: "server",
      seqno: 1,
      ts: Date.UTC(2026, 10, 23, 12),
      time: "2026-11-23T12:00:00.000Z",
      fault: null,
    });
    assert.equal(good.peerReceipt.sameOrder, true);
    assert.deepEqual([bad.firstError.line, bad.firstError.code], [10, "SIG_FAIL"]);
    assert.equal(bad.entries[1].author, null);
  });
});

Deno.test("verify --session-key prints the words, as text and as JSON", async () => {
  await withFiles(async (folder, run) => {
    const args = ["--session-key", `${folder}/good.key`, `${folder}/good.transcript`];
    assert.match((await run(...args)).stdout(), / ok {2}how are you\?$/m);
    const parsed = JSON.parse((await run("--json", ...args)).stdout());
    assert.equal(parsed.entries[0].words, "welcome");
  });
});

Deno.test("verify finds the original's certificates in the CA's folder", async () => {
  const io = memoryIo({ env: { CA_CERT: "/no-such-folder/ca-cert.pem" } });
  assert.equal(await main(["verify", ORIGINAL], io), 1);
  assert.match(io.stderr(), /\[FILE\] cannot read "\/no-such-folder\/ca-cert\.pem"/);
  assert.match(io.stderr(), /hint: name the CA's certificate: .* --ca FILE/);
  const found = memoryIo({ env: { CA_CERT: ORIGINAL_CA } });
  assert.equal(await main(["verify", ORIGINAL], found), 0);
  assert.match(found.stdout(), /"securechat\.client", whose file this is, 4 entries/);
});

Deno.test("verify finds certificates that --cert names, and says which is missing", async () => {
  const folder = await Deno.makeTempDir();
  const ca = `${folder}/ca.pem`;
  await Deno.copyFile(ORIGINAL_CA, ca);
  const certs = ["client", "server"].flatMap((role) => ["--cert", `${ORIGINALS}${role}-cert.pem`]);
  const both = memoryIo();
  assert.equal(await main(["verify", "--ca", ca, ...certs, ORIGINAL], both), 0);
  const one = memoryIo();
  assert.equal(await main(["verify", "--ca", ca, ...certs.slice(2), ORIGINAL], one), 1);
  assert.match(one.stdout(), /\[BAD_CERT\] the certificate of the client is not at hand/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("verify --insecure-at judges certificates at that time", async () => {
  const judge = async (at: string) => {
    const io = memoryIo();
    return {
      status: await main(["verify", "--ca", ORIGINAL_CA, "--insecure-at", at, ORIGINAL], io),
      io,
    };
  };
  const early = await judge("2027-01-01");
  assert.equal(early.status, 0);
  assert.match(early.io.stdout(), /: VALID, .* \(WEAKENED by --insecure-at 2027-01-01\)\n/);
  assert.equal((await judge("2026-11-23T00:00:00+00:00")).status, 0);
  const late = await judge("2028-01-01T00:00Z");
  assert.equal(late.status, 1);
  assert.match(late.io.stdout(), /INVALID at line 7: \[BAD_CERT\] .* expired 2027-11-22/);
});

/** Wrong use: the arguments, and the status. */
const WRONG: readonly (readonly [readonly string[], number, RegExp])[] = [
  [[], 2, /\[USAGE\]/],
  [["--insecure-at", "yesterday", "x"], 2, /\[USAGE\].*a date or a time with its zone/],
  [["--insecure-at", "2026-11-23T08:00", "x"], 2, /\[USAGE\].*its zone/],
  [["--insecure-at", "2026-19-99", "x"], 2, /\[USAGE\].*no such time/],
  [["--at", "2026-11-23", "x"], 2, /\[USAGE\].*--insecure-at/],
  [["--nope", "x"], 2, /\[USAGE\]/],
  [["--ca", "no-such.pem", "x"], 4, /\[NO_INPUT\]/],
  [["--ca", ORIGINAL_CA, "--cert", "no-such.pem", "x"], 4, /\[NO_INPUT\]/],
  [["--ca", ORIGINAL_CA, "--session-key", ORIGINAL_CA, "x"], 1, /\[FILE\].*too large/],
  [["--ca", ORIGINAL, "x"], 1, /\[FORMAT\]/],
  [["--ca", ORIGINAL_CA, `${ORIGINALS}../protocol-2`], 4, /\[NO_INPUT\].*the folder has no/],
];

for (const [args, status, text] of WRONG) {
  Deno.test(`verify ${args.join(" ").replaceAll(ORIGINALS, "")} exits ${status}`, async () => {
    const io = memoryIo();
    assert.equal(await main(["verify", ...args], io), status);
    assert.match(io.stderr(), text);
    assert.match(io.stderr(), /^securechat: hint: /m);
    assert.equal(io.stdout(), "");
  });
}

Deno.test("verify refuses a session key that is none, without showing it", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "deadbeef\n");
  const io = memoryIo();
  const args = ["verify", "--ca", ORIGINAL_CA, "--session-key", path, ORIGINAL];
  assert.equal(await main(args, io), 1);
  assert.match(io.stderr(), /\[FORMAT\] cannot read session key/);
  assert.doesNotMatch(io.stderr(), /deadbeef/);
  await Deno.remove(path);
});

Deno.test("verify gives up after Ctrl-C, with 130 and no verdict", async () => {
  await withFiles(async (folder) => {
    const io = memoryIo({ stop: AbortSignal.abort() });
    const files = ["good", "bad"].map((name) => `${folder}/${name}.transcript`);
    assert.equal(await main(["verify", "--ca", `${folder}/ca-cert.pem`, ...files], io), 130);
    assert.equal(io.stdout(), "");
  });
});

Deno.test("verify --help fits a terminal and has its headings", async () => {
  const io = memoryIo();
  assert.equal(await main(["verify", "--help"], io), 0);
  assert.equal(io.stdout(), help);
  for (const heading of ["Usage:", "Options:", "Exit status:", "Examples:"]) {
    assert.ok(help.includes(`\n${heading}\n`), heading);
  }
  for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
});

Deno.test("reportText() shows control characters of names and words instead of obeying", async () => {
  const { ca, alice } = await cast();
  const sayings = [{ author: "client", text: "hi\x1b[2J\u202e" }] as const;
  const text = await buildTranscript({ sayings });
  const report = await verifyTranscript(text, { ca, certificates: [], sessionKey: SESSION_KEY });
  const named: Certificate = { ...alice.certificate, commonName: "al\x1b[31mice" };
  const parties = report.parties.map((party) => ({ ...party, certificate: named }));
  const on = { write() {}, isTerminal: false };
  const shown = reportText("a\x07.transcript", { report: { ...report, parties }, on, nowMs: 0 });
  // deno-lint-ignore no-control-regex -- the very thing that must not be there
  assert.doesNotMatch(shown, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(shown, /hi\\u\{1b\}\[2J/);
});
