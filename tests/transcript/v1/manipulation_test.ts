/** Everything that somebody can do to a finished transcript, with the verdict and line it gets. */

import assert from "node:assert/strict";
import { sha256 } from "../../../src/crypto/digest.ts";
import type { ErrorCode } from "../../../src/errors.ts";
import type { Certificate } from "../../../src/pki/certificate.ts";
import { signReceipt } from "../../../src/protocol/v1/evidence.ts";
import { encodeEntry } from "../../../src/transcript/v1/entry.ts";
import type { Verdict } from "../../../src/transcript/v1/report.ts";
import { firstError, verifyTranscript } from "../../../src/transcript/v1/verify.ts";
import {
  buildRecords,
  buildTranscript,
  cast,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  SAYINGS,
  SESSION_MS,
  spliceLines,
} from "../../testkit/transcript_builder.ts";

/** A changed transcript and what must be found. */
interface Manipulation {
  readonly name: string;
  readonly make: () => Promise<string>;
  readonly verdict: Verdict;
  /** Line of the first error, or how the line begins. */
  readonly line?: number | string;
  readonly code?: ErrorCode;
}

const DAY_MS = 86_400_000;
const TOTAL = "# Total messages";
const HASH = "# Transcript hash";
const RECEIPT = "# Session Receipt";
const PEER = "# Peer Receipt";

/** Field 0 to 4 of the third entry, changed. */
function fieldEdit(field: number, edit: (value: string) => string): () => Promise<string> {
  return async () =>
    editLine(await buildTranscript(), FIRST + 2, (line) => editField(line, field, edit));
}

/** Another first character: base64 stays canonical. */
function flipBase64(text: string): string {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}

async function swapped(at: number): Promise<string> {
  const text = await buildTranscript();
  const [first = "", second = ""] = text.split("\n").slice(at - 1, at + 1);
  return spliceLines(text, { at, remove: 2, insert: [second, first] });
}

/** An entry of another session of the same two people. */
async function spliced(seqno: number): Promise<string> {
  const sayings = [{
    author: "client",
    text: "I owe you 100",
    seqno,
    ts: SESSION_MS - 9000,
  }] as const;
  const [record] = await buildRecords({ sayings });
  assert.ok(record);
  const text = await buildTranscript();
  return spliceLines(text, { at: FIRST + 3, remove: 0, insert: [encodeEntry(record)] });
}

async function strangersLine(): Promise<string> {
  const text = await buildTranscript();
  const der = (await cast()).stranger.certificate.der.toBase64();
  const at = lineOf(text, "# Certificate (client)");
  return editLine(text, at, () => `# Certificate (client): ${der}`);
}

const MANIPULATIONS: readonly Manipulation[] = [
  {
    name: "a changed seqno",
    make: fieldEdit(0, () => "3"),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed timestamp",
    make: fieldEdit(1, (ts) => String(Number(ts) + 1)),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed ciphertext",
    make: fieldEdit(2, flipBase64),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed signature",
    make: fieldEdit(3, flipBase64),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "SIG_FAIL",
  },
  {
    name: "a changed fingerprint",
    make: fieldEdit(4, (hex) => (hex.startsWith("0") ? "1" : "0") + hex.slice(1)),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "BAD_CERT",
  },
  {
    name: "a seqno with a leading zero",
    make: fieldEdit(0, (seqno) => `0${seqno}`),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a timestamp beyond 2^53-1",
    make: fieldEdit(1, () => "9007199254740992"),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a carriage return",
    make: fieldEdit(4, (hex) => `${hex}\r`),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "FORMAT",
  },
  {
    name: "a line cut",
    make: async () => spliceLines(await buildTranscript(), { at: FIRST + 2, remove: 1 }),
    verdict: "INVALID",
    line: TOTAL,
    code: "FORMAT",
  },
  {
    name: "a line cut, with total and hash put right",
    make: async () => {
      const text = spliceLines(await buildTranscript(), { at: FIRST + 2, remove: 1 });
      const hash = sha256(text.split("\n").slice(FIRST - 1, FIRST + 4).join("\n")).toHex();
      return editLine(
        editLine(text, lineOf(text, TOTAL), () => `${TOTAL}: 5`),
        lineOf(text, HASH),
        () => `${HASH}: ${hash}`,
      );
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "the last entry cut",
    make: async () => spliceLines(await buildTranscript(), { at: FIRST + 5, remove: 1 }),
    verdict: "INVALID",
    line: TOTAL,
    code: "FORMAT",
  },
  {
    name: "two lines of one author swapped",
    make: () => swapped(FIRST + 1),
    verdict: "INVALID",
    line: FIRST + 2,
    code: "REPLAY",
  },
  {
    name: "two lines of two authors swapped",
    make: () => swapped(FIRST),
    verdict: "INVALID",
    line: HASH,
    code: "FORMAT",
  },
  {
    name: "a line repeated",
    make: async () => {
      const text = await buildTranscript();
      const line = text.split("\n")[FIRST + 1] ?? "";
      return spliceLines(text, { at: FIRST + 3, remove: 0, insert: [line] });
    },
    verdict: "INVALID",
    line: FIRST + 3,
    code: "REPLAY",
  },
  {
    name: "a line spliced in from another session, its number used before",
    make: () => spliced(2),
    verdict: "INVALID",
    line: FIRST + 3,
    code: "REPLAY",
  },
  {
    name: "a line spliced in from another session, its number the next one",
    make: () => spliced(3),
    verdict: "INVALID",
    line: FIRST + 6,
    code: "REPLAY",
  },
  {
    name: "the tail with the receipt cut, between lines",
    make: async () => (await buildTranscript()).split("\n").slice(0, FIRST + 3).join("\n") + "\n",
    verdict: "INCOMPLETE",
  },
  {
    name: "the tail with the receipt cut, within an entry",
    make: async () => {
      const text = await buildTranscript();
      return text.split("\n").slice(0, FIRST + 3).join("\n").slice(0, -9);
    },
    verdict: "INCOMPLETE",
  },
  {
    name: "the receipt cut, the footer left",
    make: async () => {
      const text = await buildTranscript();
      return text.slice(0, text.indexOf(RECEIPT));
    },
    verdict: "INCOMPLETE",
  },
  {
    name: "the receipt cut in its middle",
    make: async () => (await buildTranscript()).slice(0, -40),
    verdict: "INCOMPLETE",
  },
  {
    name: "another role in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, peer: "server" }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another first number in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, firstSeq: 2 }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another last number in the receipt",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, lastSeq: 9 }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "another hash in the receipt",
    make: () =>
      buildTranscript({ receipt: (honest) => ({ ...honest, transcriptSha256: "0".repeat(64) }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "another signature in the receipt",
    make: () =>
      buildTranscript({ receipt: (honest) => ({ ...honest, sig: flipBase64(honest.sig) }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "a signature in the receipt that is no base64",
    make: () => buildTranscript({ receipt: (honest) => ({ ...honest, sig: "A" }) }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "a receipt from the other side's key",
    make: async () => {
      const { server } = await cast();
      return await buildTranscript({
        receipt: (honest) => signReceipt(server.signingKey, "client", honest),
      });
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "SIG_FAIL",
  },
  {
    name: "the other side's receipt in the place of the owner's",
    make: async () => {
      const { server } = await cast();
      return await buildTranscript({
        receipt: async (honest) => ({
          ...await signReceipt(server.signingKey, "client", honest),
          peer: "server",
        }),
      });
    },
    verdict: "INVALID",
    line: RECEIPT,
    code: "FORMAT",
  },
  {
    name: "a second receipt",
    make: async () => {
      const text = await buildTranscript();
      return `${text}${text.split("\n").at(-2)}\n`;
    },
    verdict: "INVALID",
    line: FIRST + 12,
    code: "FORMAT",
  },
  {
    name: "a peer's receipt with a wrong signature",
    make: () =>
      buildTranscript({ peerReceipt: (honest) => ({ ...honest, sig: flipBase64(honest.sig) }) }),
    verdict: "INVALID",
    line: PEER,
    code: "SIG_FAIL",
  },
  {
    name: "a peer's receipt of the owner's role",
    make: () => buildTranscript({ peerReceipt: (honest) => ({ ...honest, peer: "client" }) }),
    verdict: "INVALID",
    line: PEER,
    code: "FORMAT",
  },
  {
    name: "a stranger's certificate shown as the owner's",
    make: strangersLine,
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a session held by a stranger",
    make: async () => buildTranscript({ client: (await cast()).stranger }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a session held by a stranger, the certificate line cut",
    make: async () => {
      const text = await buildTranscript({ client: (await cast()).stranger });
      return spliceLines(text, { at: lineOf(text, "# Certificate (client)"), remove: 1 });
    },
    verdict: "INVALID",
    line: FIRST,
    code: "BAD_CERT",
  },
  {
    name: "another member's certificate shown as the owner's",
    make: async () => {
      const text = await buildTranscript();
      const der = (await cast()).mallory.certificate.der.toBase64();
      const at = lineOf(text, "# Certificate (client)");
      return editLine(text, at, () => `# Certificate (client): ${der}`);
    },
    verdict: "INVALID",
    line: FIRST + 1,
    code: "SIG_FAIL",
  },
  {
    name: "a signer whose certificate had ended",
    make: async () => buildTranscript({ client: (await cast()).expired }),
    verdict: "INVALID",
    line: FIRST + 1,
    code: "BAD_CERT",
  },
  {
    name: "a receipt of a signer whose certificate ended during the session",
    make: async () =>
      buildTranscript({
        client: (await cast()).expired,
        sayings: [
          { author: "client", text: "in time", ts: SESSION_MS - 2 * DAY_MS },
          { author: "server", text: "later" },
        ],
      }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "BAD_CERT",
  },
  {
    name: "a silent side whose certificate had ended",
    make: async () =>
      buildTranscript({
        role: "server",
        client: (await cast()).expired,
        sayings: [{ author: "server", text: "hello?" }],
      }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a changed fingerprint in the first entry, without certificate lines",
    make: async () => {
      const text = await buildTranscript();
      const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
      return editLine(bare, FIRST - 2, (line) => editField(line, 4, () => "0".repeat(64)));
    },
    verdict: "INVALID",
    line: FIRST - 2,
    code: "BAD_CERT",
  },
  {
    name: "one certificate for both sides",
    make: async () => buildTranscript({ client: (await cast()).server }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "another role in the header",
    make: async () => {
      const text = await buildTranscript();
      return editLine(text, lineOf(text, "# Role"), () => "# Role: server");
    },
    verdict: "INVALID",
    line: FIRST,
    code: "BAD_CERT",
  },
  {
    name: "an entry behind the footer",
    make: async () => {
      const text = await buildTranscript();
      return `${text}${text.split("\n")[FIRST]}\n`;
    },
    verdict: "INVALID",
    line: FIRST + 12,
    code: "FORMAT",
  },
  {
    name: "an empty file",
    make: () => Promise.resolve(""),
    verdict: "INVALID",
    line: 1,
    code: "FORMAT",
  },
  {
    name: "a file of another kind",
    make: () => Promise.resolve("hello\nworld\n"),
    verdict: "INVALID",
    line: 1,
    code: "FORMAT",
  },
  {
    name: "a header alone, without its rule",
    make: async () => (await buildTranscript()).split("\n").slice(0, 5).join("\n") + "\n",
    verdict: "INVALID",
    line: 5,
    code: "FORMAT",
  },
];

async function everyCertificate(): Promise<readonly Certificate[]> {
  const { alice, server, mallory, expired, stranger } = await cast();
  return [mallory, expired, stranger, alice, server].map(({ certificate }) => certificate);
}

for (const { name, make, verdict, line, code } of MANIPULATIONS) {
  Deno.test(`verifyTranscript() finds ${name}: ${verdict} ${code ?? ""}`.trim(), async () => {
    const text = await make();
    const { ca } = await cast();
    const report = await verifyTranscript(text, { ca, certificates: await everyCertificate() });
    const error = firstError(report);
    const expectedLine = typeof line === "string" ? lineOf(text, line) : line;
    assert.deepEqual([report.verdict, error?.line, error?.code], [verdict, expectedLine, code]);
  });
}

Deno.test("verifyTranscript() finds a session spliced in whole from another key", async () => {
  const { ca, mallory } = await cast();
  const [record] = await buildRecords({ client: mallory, sayings: SAYINGS.slice(1, 2) });
  assert.ok(record);
  const text = editLine(await buildTranscript(), FIRST + 1, () => encodeEntry(record));
  const report = await verifyTranscript(text, { ca, certificates: [] });
  assert.equal(firstError(report)?.code, "SIG_FAIL");
  assert.equal(firstError(report)?.line, FIRST + 1);
});
