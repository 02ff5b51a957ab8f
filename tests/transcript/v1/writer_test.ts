import assert from "node:assert/strict";
import { sha256 } from "../../../src/crypto/digest.ts";
import type { Certificate } from "../../../src/pki/certificate.ts";
import type { MessageRecord, Receipt } from "../../../src/protocol/session.ts";
import { openTranscript, type TranscriptWriter } from "../../../src/transcript/v1/writer.ts";

const certificate = { der: new Uint8Array([1, 2, 3]) } as Certificate;
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function record(seqno: number): MessageRecord {
  return { seqno, ts: 1000 + seqno, ct: "AA==", sig: "AQ==", peerFingerprint: "ab".repeat(32) };
}

function line(seqno: number): string {
  return `${seqno}|${1000 + seqno}|AA==|AQ==|${"ab".repeat(32)}`;
}

function receiptOf(peer: Receipt["peer"], writer: TranscriptWriter): Receipt {
  return { peer, ...writer.summary(), sig: "AQ==" };
}

async function withWriter(
  work: (writer: TranscriptWriter, dir: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const dir = `${root}/transcripts`;
  const writer = await openTranscript({
    dir,
    role: "server",
    sessionId: "0123456789abcdef",
    startedMs: Date.UTC(2026, 10, 22, 23, 59, 4, 126),
    clientCertificate: certificate,
    serverCertificate: certificate,
  });
  try {
    await work(writer, dir);
  } finally {
    await writer.end();
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("openTranscript() writes a private file whose header is PROTOCOL-1's", async () => {
  await withWriter(async (writer, dir) => {
    assert.equal(writer.path, `${dir}/server_0123456789abcdef_20261122_235904.transcript`);
    assert.equal(
      await Deno.readTextFile(writer.path),
      `# SecureChat Transcript\n# Session ID: 0123456789abcdef\n# Role: server\n` +
        `# Started: 2026-11-22T23:59:04.126Z\n` +
        `# Format: seqno|timestamp|ciphertext|signature|peer_cert_fingerprint\n` +
        `# Certificate (client): AQID\n# Certificate (server): AQID\n${"=".repeat(80)}\n`,
    );
    if (Deno.build.os === "windows") return;
    assert.equal((await Deno.stat(writer.path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(dir)).mode! & 0o777, 0o700);
  });
});

Deno.test("openTranscript() refuses a file that exists", async () => {
  await withWriter(async (_writer, dir) => {
    const again = openTranscript({
      dir,
      role: "server",
      sessionId: "0123456789abcdef",
      startedMs: Date.UTC(2026, 10, 22, 23, 59, 4, 999),
      clientCertificate: certificate,
      serverCertificate: certificate,
    });
    await assert.rejects(again, { code: "FILE" });
  });
});

Deno.test("openTranscript() refuses a folder that is a file", async () => {
  await withWriter(async (writer) => {
    const wrong = openTranscript({
      dir: writer.path,
      role: "client",
      sessionId: "0123456789abcdef",
      startedMs: 0,
      clientCertificate: certificate,
      serverCertificate: certificate,
    });
    await assert.rejects(wrong, { code: "FILE" });
  });
});

Deno.test("TranscriptWriter.append() keeps concurrent calls in order and on the disk", async () => {
  await withWriter(async (writer) => {
    const calls = Array.from({ length: 50 }, (_, index) => writer.append([record(index + 1)]));
    await calls[0];
    assert.match(await Deno.readTextFile(writer.path), /\n1\|1001\|/);
    await Promise.all(calls);
    const entries = (await Deno.readTextFile(writer.path)).split("\n").slice(8, -1);
    assert.deepEqual(entries, Array.from({ length: 50 }, (_, index) => line(index + 1)));
  });
});

Deno.test("TranscriptWriter.append() refuses what is no entry and goes on", async () => {
  await withWriter(async (writer) => {
    await assert.rejects(writer.append([record(1), { ...record(2), ct: "AA==\n" }]), {
      code: "FORMAT",
    });
    await writer.append([record(1)]);
    assert.equal(writer.summary().transcriptSha256, sha256(line(1)).toHex());
  });
});

Deno.test("TranscriptWriter.summary() tells the range and the hash of everything appended", async () => {
  await withWriter(async (writer) => {
    assert.deepEqual(writer.summary(), { firstSeq: 0, lastSeq: 0, transcriptSha256: EMPTY_SHA256 });
    await writer.append([record(3)]);
    await writer.append([]);
    await writer.append([record(1), record(4)]);
    assert.deepEqual(writer.summary(), {
      firstSeq: 3,
      lastSeq: 4,
      transcriptSha256: sha256([3, 1, 4].map(line).join("\n")).toHex(),
    });
  });
});

Deno.test("TranscriptWriter.close() writes footer, receipt and a peer's receipt that came first", async () => {
  await withWriter(async (writer) => {
    await writer.append([record(1)]);
    const own = receiptOf("server", writer);
    const peer = { ...own, peer: "client" } as const;
    await writer.addPeerReceipt(peer);
    await writer.addPeerReceipt({ ...peer, lastSeq: 9 });
    await writer.close({ endedMs: 0, receipt: own });
    const hash = own.transcriptSha256;
    const json = `{"type": "receipt", "peer": "server", "first_seq": 1, "last_seq": 1, ` +
      `"transcript_sha256": "${hash}", "sig": "AQ=="}`;
    assert.deepEqual((await Deno.readTextFile(writer.path)).split("\n").slice(9), [
      "=".repeat(80),
      "# Session ended: 1970-01-01T00:00:00.000Z",
      "# Total messages: 1",
      `# Transcript hash: ${hash}`,
      "",
      `# Session Receipt: ${json}`,
      `# Peer Receipt: ${json.replace("server", "client")}`,
      "",
    ]);
  });
});

Deno.test("TranscriptWriter.addPeerReceipt() appends after close()", async () => {
  await withWriter(async (writer) => {
    const receipt = receiptOf("client", writer);
    await writer.close({ endedMs: 0 });
    await writer.addPeerReceipt(receipt);
    const lines = (await Deno.readTextFile(writer.path)).split("\n");
    assert.match(lines.at(-2) ?? "", /^# Peer Receipt: \{"type": "receipt", "peer": "client"/);
    await assert.rejects(writer.append([record(1)]), TypeError);
  });
});

Deno.test("TranscriptWriter.end() waits for what was appended, and may be called twice", async () => {
  await withWriter(async (writer) => {
    const appended = writer.append([record(1)]);
    await writer.end();
    await writer.end();
    await appended;
    assert.match(await Deno.readTextFile(writer.path), /\n1\|1001\|/);
  });
});
