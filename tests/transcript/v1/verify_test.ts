import assert from "node:assert/strict";
import type { Certificate } from "../../../src/pki/certificate.ts";
import { createCa } from "../../../src/pki/issue.ts";
import { signReceipt } from "../../../src/protocol/v1/evidence.ts";
import { dateFault } from "../../../src/transcript/v1/parties.ts";
import {
  type Finding,
  firstError,
  type TranscriptReport,
} from "../../../src/transcript/v1/report.ts";
import { verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import { openTranscript } from "../../../src/transcript/v1/writer.ts";
import { originalCertificate, originalSecrets, readOriginal } from "../../testkit/original.ts";
import {
  buildRecords,
  buildTranscript,
  cast,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  SAYINGS,
  SESSION_KEY,
  SESSION_MS,
  spliceLines,
} from "../../testkit/transcript_builder.ts";

const ORIGINALS = [
  "client_458e229240a7c55d_20261122_235904.transcript",
  "server_c1bfb9f12de2dcd0_20261122_235904.transcript",
];
const ORIGINAL_AUTHORS = ["server", "client", "client", "client", "client", "server"];

function originalFolder(): readonly Certificate[] {
  return (["ca", "expired", "client", "server"] as const).map(originalCertificate);
}

function authorsOf(report: TranscriptReport): readonly (string | undefined)[] {
  return report.entries.map(({ author }) => author);
}

function warnings(report: TranscriptReport): readonly Finding[] {
  return report.findings.filter(({ severity }) => severity === "warning");
}

for (const name of ORIGINALS) {
  const ca = originalCertificate("ca");

  Deno.test(`verifyTranscript() accepts the original's ${name} and names its authors`, async () => {
    const report = await verifyTranscript(readOriginal(name), {
      ca,
      certificates: originalFolder(),
    });
    assert.equal(report.verdict, "VALID");
    assert.deepEqual(authorsOf(report), ORIGINAL_AUTHORS);
    assert.deepEqual(report.findings, []);
    assert.equal(report.receipt?.receipt.peer, report.role);
  });

  Deno.test(`verifyTranscript() opens the words of ${name} with the session key`, async () => {
    const { aes_keys_hex, sent, received } = originalSecrets("client");
    const sessionKey = Uint8Array.fromHex(aes_keys_hex[1] ?? "");
    const options = { ca, certificates: originalFolder(), sessionKey };
    const report = await verifyTranscript(readOriginal(name), options);
    const words = report.entries.map((entry) => entry.words);
    assert.deepEqual(words.toSorted(), [...sent, ...received].toSorted());
  });

  Deno.test(`verifyTranscript() judges ${name} at the time that is given`, async () => {
    const judge = async (at: string) => {
      const options = { ca, certificates: originalFolder(), at: new Date(at) };
      return firstError(await verifyTranscript(readOriginal(name), options));
    };
    assert.equal(await judge("2027-06-01"), undefined);
    const expired = await judge("2028-01-01");
    assert.deepEqual([expired?.line, expired?.code], [7, "BAD_CERT"]);
    assert.equal((await judge("2026-11-22"))?.code, "BAD_CERT");
  });

  Deno.test(`verifyTranscript() cannot accept ${name} without a side's certificate`, async () => {
    for (const missing of ["client", "server"] as const) {
      const given = missing === "client" ? "server" : "client";
      const certificates = [originalCertificate(given)];
      const report = await verifyTranscript(readOriginal(name), { ca, certificates });
      assert.equal(firstError(report)?.code, "BAD_CERT");
    }
  });
}

Deno.test("verifyTranscript() accepts what openTranscript() writes, with both receipts", async () => {
  const { ca, alice, server } = await cast();
  const dir = await Deno.makeTempDir();
  const writer = await openTranscript({
    dir,
    role: "client",
    sessionId: "0123456789abcdef",
    startedMs: SESSION_MS,
    clientCertificate: alice.certificate,
    serverCertificate: server.certificate,
  });
  const records = await buildRecords();
  await Promise.all(records.map((record) => writer.append([record])));
  const crashed = await Deno.readTextFile(writer.path);
  const receipt = await signReceipt(alice.signingKey, "client", writer.summary());
  await writer.close({ endedMs: SESSION_MS + 9000, receipt });
  const summary = { firstSeq: 1, lastSeq: 3, transcriptSha256: "0".repeat(64) };
  await writer.addPeerReceipt(await signReceipt(server.signingKey, "server", summary));
  await writer.end();
  const bytes = await Deno.readFile(writer.path);
  await Deno.remove(dir, { recursive: true });

  const report = await verifyTranscript(bytes, { ca, certificates: [] });
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(authorsOf(report), SAYINGS.map(({ author }) => author));
  assert.deepEqual(report.peerReceipt?.faults, []);
  assert.equal(report.peerReceipt?.sameOrder, false);
  const broken = await verifyTranscript(crashed, { ca, certificates: [] });
  assert.equal(broken.verdict, "INCOMPLETE");
  assert.equal(broken.entries.length, records.length);
});

Deno.test("verifyTranscript() accepts the server's file of the same session", async () => {
  const { ca } = await cast();
  const text = await buildTranscript({ role: "server", peerReceipt: (honest) => honest });
  const report = await verifyTranscript(text, { ca, certificates: [] });
  assert.equal(report.verdict, "VALID");
  assert.equal(report.peerReceipt?.sameOrder, true);
  assert.deepEqual(report.parties.map(({ role, isOwner, entries }) => [role, isOwner, entries]), [
    ["server", true, 3],
    ["client", false, 3],
  ]);
});

Deno.test("verifyTranscript() accepts a session without a word", async () => {
  const { ca } = await cast();
  const text = await buildTranscript({ sayings: [] });
  const report = await verifyTranscript(text, { ca, certificates: [] });
  assert.deepEqual([report.verdict, report.entries.length], ["VALID", 0]);
});

Deno.test("verifyTranscript() judges the certificates of a session without a word", async () => {
  const { ca, expired, stranger } = await cast();
  for (const client of [expired, stranger]) {
    const text = await buildTranscript({ sayings: [], client });
    const report = await verifyTranscript(text, { ca, certificates: [] });
    assert.equal(firstError(report)?.code, "BAD_CERT");
  }
});

Deno.test("verifyTranscript() takes each side's certificate to its own CA of several", async () => {
  const { ca, strangerCa, stranger } = await cast();
  const text = await buildTranscript({ client: stranger });
  for (const [first, second] of [[ca, strangerCa], [strangerCa, ca]] as const) {
    const one = await verifyTranscript(text, { ca: first, certificates: [] });
    assert.equal(one.verdict, "INVALID");
    const trust = { ca: first, otherCas: [second], certificates: [] };
    assert.deepEqual((await verifyTranscript(text, trust)).findings, []);
  }
});

Deno.test("verifyTranscript() asks of a side's own CA, and of no other, that it lived then", async () => {
  const { ca } = await cast();
  const nowMs = SESSION_MS + 86_400_000;
  const { certificate: newer } = await createCa({
    name: "Newer CA",
    keyType: "rsa-2048",
    days: 30,
    nowMs,
  });
  const trust = { ca: newer, otherCas: [ca], certificates: [] };
  assert.deepEqual((await verifyTranscript(await buildTranscript(), trust)).findings, []);
});

Deno.test("verifyTranscript() tells of both receipts that a signer is a stranger", async () => {
  const { ca, stranger } = await cast();
  for (const role of ["client", "server"] as const) {
    const options = { role, client: stranger, sayings: SAYINGS.slice(0, 1) };
    const text = await buildTranscript({ ...options, peerReceipt: (honest) => honest });
    const { receipt, peerReceipt } = await verifyTranscript(text, { ca, certificates: [] });
    const [his, other] = role === "client" ? [receipt, peerReceipt] : [peerReceipt, receipt];
    assert.deepEqual(his?.faults.map(({ code }) => code), ["BAD_CERT"]);
    assert.deepEqual(other?.faults, []);
  }
});

Deno.test("verifyTranscript() finds the owner among certificates by its receipt", async () => {
  const { ca, alice, server, mallory, stranger } = await cast();
  const text = await buildTranscript({ sayings: SAYINGS.slice(0, 1) });
  const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
  const certificates = [stranger, mallory, alice, server].map(({ certificate }) => certificate);
  const report = await verifyTranscript(bare, { ca, certificates });
  assert.equal(report.verdict, "VALID");
  assert.equal(report.parties[0]?.certificate?.commonName, "alice");
});

Deno.test("verifyTranscript() tells the gap that a message refused on the way leaves", async () => {
  const { ca } = await cast();
  const sayings = [{ author: "server", text: "a" }, {
    author: "server",
    text: "b",
    seqno: 4,
  }] as const;
  const report = await verifyTranscript(await buildTranscript({ sayings }), {
    ca,
    certificates: [],
  });
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(warnings(report).map(({ line }) => line), [FIRST + 1]);
});

Deno.test("verifyTranscript() warns of clocks that went back or differ from the session's", async () => {
  const { ca } = await cast();
  const sayings = [
    { author: "server", text: "a" },
    { author: "server", text: "b", ts: SESSION_MS - 1 },
    { author: "client", text: "c", ts: SESSION_MS - 3_600_000 },
  ] as const;
  const report = await verifyTranscript(await buildTranscript({ sayings }), {
    ca,
    certificates: [],
  });
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(warnings(report).map(({ line }) => line), [FIRST + 1, FIRST + 2]);
});

Deno.test("verifyTranscript() warns once of an author whose clock is ahead", async () => {
  const { ca } = await cast();
  const sayings = [1, 2].map((hours) => ({
    author: "server",
    text: "a",
    ts: SESSION_MS + hours * 3_600_000,
  } as const));
  const report = await verifyTranscript(await buildTranscript({ sayings }), {
    ca,
    certificates: [],
  });
  assert.equal(report.verdict, "VALID");
  assert.deepEqual(warnings(report).map(({ line }) => line), [FIRST]);
});

Deno.test("verifyTranscript() warns of a session key that opens nothing", async () => {
  const { ca } = await cast();
  const text = await buildTranscript();
  const wrong = new Uint8Array(16);
  const report = await verifyTranscript(text, { ca, certificates: [], sessionKey: wrong });
  assert.equal(report.verdict, "VALID");
  assert.ok(warnings(report).length > 0);
  const right = await verifyTranscript(text, { ca, certificates: [], sessionKey: SESSION_KEY });
  assert.deepEqual(right.entries.map(({ words }) => words), SAYINGS.map(({ text }) => text));
});

Deno.test("verifyTranscript() gives one result however the bytes arrive", async () => {
  const { ca } = await cast();
  const text = await buildTranscript({ peerReceipt: (honest) => honest });
  const bytes = new TextEncoder().encode(text);
  const whole = await verifyTranscript(text, { ca, certificates: [] });
  for (const size of [1, 7, 80, 4096]) {
    const report = await verifyTranscript(chunks(bytes, size), { ca, certificates: [] });
    assert.deepEqual(report.findings, whole.findings);
    assert.equal(report.transcriptSha256, whole.transcriptSha256);
  }
});

Deno.test("verifyTranscript() needs the certificate of a side that said nothing", async () => {
  const { ca, alice } = await cast();
  const text = await buildTranscript({ sayings: SAYINGS.slice(1, 3) });
  const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
  const report = await verifyTranscript(bare, { ca, certificates: [alice.certificate] });
  assert.deepEqual(firstError(report)?.code, "BAD_CERT");
});

Deno.test("verifyTranscript() refuses two sides with one key: no entry has one author", async () => {
  const { ca, alice, server } = await cast();
  const certificate = { ...alice.certificate, key: server.certificate.key };
  const text = await buildTranscript({ client: { ...server, certificate } });
  const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
  const certificates = [certificate, server.certificate];
  const error = firstError(await verifyTranscript(bare, { ca, certificates }));
  assert.equal(error?.code, "BAD_CERT");
  assert.match(error?.text ?? "", /both sides show one key/);
});

Deno.test("verifyTranscript() lets most entries say who the other side is", async () => {
  const { ca, alice, server } = await cast();
  const text = await buildTranscript();
  const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
  const changed = editLine(bare, FIRST - 2, (line) => editField(line, 4, () => "0".repeat(64)));
  const certificates = [alice.certificate, server.certificate];
  const report = await verifyTranscript(changed, { ca, certificates });
  assert.deepEqual(authorsOf(report), SAYINGS.map(({ author }) => author));
  assert.deepEqual(report.entries.map(({ fault }) => fault?.code).filter(Boolean), ["BAD_CERT"]);
});

Deno.test("dateFault() asks the CA to live too", async () => {
  const { ca, alice, expired } = await cast();
  const { certificate } = alice;
  assert.equal(dateFault(certificate, { ca, atMs: SESSION_MS }), undefined);
  const late = dateFault(certificate, { ca: expired.certificate, atMs: SESSION_MS });
  assert.equal(late?.code, "BAD_CERT");
});

Deno.test("verifyTranscript() survives a CA that is none", async () => {
  const { alice } = await cast();
  const report = await verifyTranscript(await buildTranscript(), {
    ca: alice.certificate,
    certificates: [],
  });
  assert.equal(firstError(report)?.code, "BAD_CERT");
});

Deno.test("verifyTranscript() tells a broken certificate line", async () => {
  const { ca, alice } = await cast();
  const text = await buildTranscript();
  const at = lineOf(text, "# Certificate (client)");
  const certificates = [alice.certificate];
  for (const value of ["AAAA", "hello", "="]) {
    const broken = editLine(text, at, () => `# Certificate (client): ${value}`);
    const error = firstError(await verifyTranscript(broken, { ca, certificates }));
    assert.deepEqual([error?.line, error?.code], [at, "FORMAT"]);
  }
});

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += size) {
    await Promise.resolve();
    yield bytes.subarray(from, from + size);
  }
}
