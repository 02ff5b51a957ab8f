/**
 * Every way to change a CA's books by one step, for each kind of key: the check finds all of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createCa, type Issued, issueLeaf } from "../../src/pki/issue.ts";
import type { KeyType } from "../../src/pki/key_type.ts";
import {
  type LedgerEvent,
  ledgerEvent,
  type LedgerLine,
  signLedgerLine,
} from "../../src/pki/ledger.ts";
import { checkLedger } from "../../src/pki/ledger_check.ts";
import { ISSUED_AT_MS } from "../testkit/certificates.ts";

const KEY_TYPES: readonly KeyType[] = ["rsa-2048", "ec-p256", "ed25519"];
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // SP 800-186 §3.2.1.3

/** A changed ledger, and the line where the check must stop at the latest. */
interface Mutation {
  readonly kind: string;
  readonly texts: readonly string[];
  readonly line: number;
  /** Whether only a remembered head can find it. */
  readonly isTailCut?: boolean;
}

async function newCa(keyType: KeyType): Promise<Issued> {
  return await createCa({ name: "Books CA", keyType, days: 900, nowMs: ISSUED_AT_MS });
}

/** Lines of every kind: begun, three issued, renewed, two revoked. */
async function writeBooks(ca: Issued): Promise<readonly LedgerLine[]> {
  const leaves = await Promise.all(
    ["alice", "b\u00f6b", "carol", "alice"].map((commonName) =>
      issueLeaf({
        ...{ ca: ca.certificate, caKey: ca.key, commonName, role: "client", names: [], days: 90 },
        ...{ nowMs: ISSUED_AT_MS, keyType: "ed25519" },
      })
    ),
  );
  const deed = { role: "client", nowMs: ISSUED_AT_MS + 5_000 } as const;
  const [alice, bob, carol, again] = leaves.map(({ certificate }) => certificate);
  assert.ok(alice && bob && carol && again);
  const events: readonly LedgerEvent[] = [
    ledgerEvent(ca.certificate, { kind: "begun", role: "ca", nowMs: ISSUED_AT_MS }),
    ...[alice, bob, carol].map((leaf) => ledgerEvent(leaf, { ...deed, kind: "issued" })),
    ledgerEvent(again, { ...deed, kind: "renewed", note: alice.serial }),
    ledgerEvent(bob, { ...deed, kind: "revoked", note: "keyCompromise" }),
    ledgerEvent(carol, { ...deed, kind: "revoked", note: "superseded" }),
  ];
  const lines: LedgerLine[] = [];
  for (const event of events) {
    lines.push(signLedgerLine(event, { last: lines.at(-1), key: ca.key }));
  }
  return lines;
}

/** Other values of each member, all of a form that a line may have. */
function otherValues(line: LedgerLine): readonly (readonly [keyof LedgerLine, unknown])[] {
  const flipped = (hex: string, at: number) =>
    hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1);
  const later = (time: string) => new Date(Date.parse(time) + 1).toISOString();
  const ends = (hex: string) => [0, hex.length >> 1, hex.length - 1].map((at) => flipped(hex, at));
  return [
    ...[line.index - 1, line.index + 1, 99].map((index) => ["index", index] as const),
    ...ends(line.previous).map((value) => ["previous", value] as const),
    ["time", later(line.time)],
    ...["begun", "issued", "renewed", "revoked"].filter((kind) => kind !== line.kind)
      .map((kind) => ["kind", kind] as const),
    ...[...ends(line.serial), line.serial.slice(1)].map((value) => ["serial", value] as const),
    ...ends(line.fingerprint).map((value) => ["fingerprint", value] as const),
    ...["", "CN=mallory", `${line.subject} `, line.subject.toUpperCase()]
      .map((value) => ["subject", value] as const),
    ...["ca", "server", "client"].filter((role) => role !== line.role)
      .map((role) => ["role", role] as const),
    ["notAfter", later(line.notAfter)],
    ...["x", `${line.note} `].map((value) => ["note", value] as const),
  ];
}

function withMember(line: LedgerLine, member: keyof LedgerLine, value: unknown): string {
  return JSON.stringify({ ...JSON.parse(line.text), [member]: value });
}

/** Other spellings of a signature and other signatures. */
function otherSignatures({ signature }: LedgerLine): readonly string[] {
  const bytes = Uint8Array.fromBase64(signature);
  const bits = [0, bytes.length >> 1, bytes.length - 1].map((at) =>
    bytes.with(at, (bytes[at] ?? 0) ^ 1).toBase64()
  );
  const spare = /^(.*)([A-Za-z0-9+/])(=+)$/.exec(signature);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const next = alphabet[alphabet.indexOf(spare?.[2] ?? "A") + 1] ?? "";
  const spelled = spare === null ? [] : [`${spare[1]}${next}${spare[3]}`];
  return [...bits, ...spelled, bytes.subarray(1).toBase64(), ""];
}

/** The other signature of ECDSA over the same bytes, (r, n - s), which anybody can make. */
function twinSignature(signature: string): string {
  const hex = Uint8Array.fromBase64(signature).toHex();
  const rBytes = parseInt(hex.slice(6, 8), 16);
  const r = hex.slice(4, 8 + 2 * rBytes);
  const s = BigInt(`0x${hex.slice(r.length + 8)}`);
  const twin = (P256_ORDER - s).toString(16);
  const even = twin.padStart(twin.length + twin.length % 2, "0");
  const octets = parseInt(even.slice(0, 2), 16) < 0x80 ? even : `00${even}`;
  const length = (text: string) => (text.length / 2).toString(16).padStart(2, "0");
  const content = `${r}02${length(octets)}${octets}`;
  return Uint8Array.fromHex(`30${length(content)}${content}`).toBase64();
}

function* mutationsOf(lines: readonly LedgerLine[], stranger: Issued): Generator<Mutation> {
  const texts = lines.map(({ text }) => text);
  const end = lines.length - 1;
  for (const [index, line] of lines.entries()) {
    const at = index + 1;
    const isTailCut = index === end;
    yield { kind: "removed", texts: texts.toSpliced(index, 1), line: at, isTailCut };
    yield { kind: "repeated", texts: texts.toSpliced(index, 0, line.text), line: at + 1 };
    const nextText = texts[index + 1];
    if (nextText !== undefined) {
      const swapped = texts.with(index, nextText).with(index + 1, line.text);
      yield { kind: "swapped with its neighbour", texts: swapped, line: at };
    }
    for (const [member, value] of otherValues(line)) {
      const edited = withMember(line, member, value);
      yield { kind: `${member} edited`, texts: texts.with(index, edited), line: at };
    }
    for (const signature of otherSignatures(line)) {
      const edited = texts.with(index, withMember(line, "signature", signature));
      yield { kind: "signature edited", texts: edited, line: at };
    }
    for (const member of Object.keys(JSON.parse(line.text))) {
      const without = withMember(line, member as keyof LedgerLine, undefined);
      yield { kind: "member removed", texts: texts.with(index, without), line: at };
    }
    const again = signLedgerLine(line, { last: lines[index - 1], key: stranger.key }).text;
    yield { kind: "signed anew by a stranger", texts: texts.with(index, again), line: at };
    yield { kind: "put in by a stranger", texts: texts.toSpliced(index, 0, again), line: at };
    yield {
      kind: "tail cut",
      texts: texts.slice(0, index),
      line: Math.max(1, index),
      isTailCut: index > 0,
    };
  }
  const event = lines[1] as LedgerLine;
  const appended = signLedgerLine(event, { last: lines[end], key: stranger.key }).text;
  yield { kind: "appended by a stranger", texts: [...texts, appended], line: end + 2 };
}

function* twinsOf(lines: readonly LedgerLine[]): Generator<Mutation> {
  const texts = lines.map(({ text }) => text);
  for (const [index, line] of lines.entries()) {
    const edited = withMember(line, "signature", twinSignature(line.signature));
    const isLast = index === lines.length - 1;
    yield {
      ...{ kind: "signature's twin", texts: texts.with(index, edited), isTailCut: isLast },
      line: isLast ? index + 1 : index + 2,
    };
  }
}

Deno.test("checkLedger() finds every mutation of the books, whatever kind of key the CA has", async () => {
  const counts = new Map<string, number>();
  for (const keyType of KEY_TYPES) {
    const [ca, stranger] = [await newCa(keyType), await newCa(keyType)];
    const lines = await writeBooks(ca);
    const head = lines.at(-1)?.hash ?? "";
    const policy = { ca: ca.certificate };
    assert.equal(checkLedger(lines.map(({ text }) => text), { ...policy, head }).fault, undefined);
    const twins = keyType === "ec-p256" ? twinsOf(lines) : [];
    for (
      const { kind, texts, line, isTailCut = false } of [...mutationsOf(lines, stranger), ...twins]
    ) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const withHead = checkLedger(texts, { ...policy, head }).fault;
      assert.ok(
        withHead !== undefined && withHead.line <= line,
        `${keyType}, ${kind}, line ${line}`,
      );
      const without = checkLedger(texts, policy).fault?.line;
      assert.equal(without, isTailCut ? undefined : line, `${keyType}, ${kind}, without a head`);
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
  const line = `ledger: ${total} mutations, ${total} found: ${kinds}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
});
