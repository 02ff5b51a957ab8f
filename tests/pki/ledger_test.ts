import assert from "node:assert/strict";
import {
  ledgerEvent,
  type LedgerLine,
  parseLedgerLine,
  signLedgerLine,
} from "../../src/pki/ledger.ts";
import { checkLedger } from "../../src/pki/ledger_check.ts";
import type { Issued } from "../../src/pki/issue.ts";
import { expiringCertificates, issuedCertificates } from "../../src/pki/issued.ts";
import { ISSUED_AT_MS, testCa, testLeaf } from "../testkit/certificates.ts";

const DAY_MS = 86_400_000;
const ca = await testCa("Test CA");
const stranger = await testCa("Test CA"); // the same name, another key
const alice = await testLeaf({ ca, role: "client", commonName: "alice", days: 10 });
const bob = await testLeaf({ ca, role: "client", commonName: "b\u00f6b", days: 100 });
const bobAgain = await testLeaf({ ca, role: "client", commonName: "b\u00f6b" });

/** Four certificates and a revocation, after the line about the CA. */
function write(by: Issued): readonly LedgerLine[] {
  const client = { role: "client", nowMs: ISSUED_AT_MS } as const;
  const events = [
    ledgerEvent(by.certificate, { kind: "begun", role: "ca", nowMs: ISSUED_AT_MS }),
    ledgerEvent(alice.certificate, { ...client, kind: "issued" }),
    ledgerEvent(bob.certificate, { ...client, kind: "issued" }),
    ledgerEvent(bobAgain.certificate, { ...client, kind: "renewed", note: bob.certificate.serial }),
    ledgerEvent(bob.certificate, { ...client, kind: "revoked", note: "keyCompromise" }),
  ];
  const lines: LedgerLine[] = [];
  for (const event of events) {
    lines.push(signLedgerLine(event, { last: lines.at(-1), key: by.key }));
  }
  return lines;
}

const lines = write(ca);
const texts = lines.map(({ text }) => text);
const policy = { ca: ca.certificate };

/** Number of the first bad line, or nothing. */
function faultLine(changed: readonly string[], head?: string): number | undefined {
  return checkLedger(changed, head === undefined ? policy : { ...policy, head }).fault?.line;
}

Deno.test("checkLedger() accepts what signLedgerLine wrote, with each head of it", () => {
  assert.equal(checkLedger(texts, policy).fault, undefined);
  for (const { hash } of lines) assert.equal(faultLine(texts, hash), undefined);
});

Deno.test("checkLedger() finds each line that is removed, but the last", () => {
  for (let index = 0; index < texts.length - 1; index++) {
    assert.equal(faultLine(texts.toSpliced(index, 1)), index + 1);
  }
});

Deno.test("checkLedger() finds each tail that is cut by the remembered head", () => {
  const head = lines.at(-1)?.hash ?? "";
  for (let length = 1; length < texts.length; length++) {
    assert.equal(faultLine(texts.slice(0, length)), undefined);
    assert.equal(faultLine(texts.slice(0, length), head), length);
  }
  assert.equal(faultLine([]), 1);
});

Deno.test("checkLedger() finds each edit of a character", () => {
  for (const [index, text] of texts.entries()) {
    for (let at = 0; at < text.length; at += 3) {
      const other = text[at] === "0" ? "1" : "0";
      const edited = text.slice(0, at) + other + text.slice(at + 1);
      assert.equal(faultLine(texts.with(index, edited)), index + 1, edited);
    }
  }
});

Deno.test("checkLedger() finds an edit whose hash is mended in all lines after it", () => {
  const forged = [...lines];
  for (let index = 1; index < lines.length; index++) {
    const { signature, text: _, hash: __, ...event } = lines[index] as LedgerLine;
    const role = index === 1 ? "server" : event.role;
    const again = signLedgerLine({ ...event, role }, {
      last: forged[index - 1],
      key: stranger.key,
    });
    forged[index] = parseLedgerLine(again.text.replace(again.signature, signature));
  }
  assert.equal(faultLine(forged.map(({ text }) => text)), 2);
});

Deno.test("checkLedger() finds each two lines that are swapped, and each that is repeated", () => {
  for (let first = 0; first < texts.length; first++) {
    for (let second = first + 1; second < texts.length; second++) {
      const swapped = texts.with(first, texts[second] ?? "").with(second, texts[first] ?? "");
      assert.equal(faultLine(swapped), first + 1);
    }
    assert.equal(faultLine(texts.toSpliced(first, 0, texts[first] ?? "")), first + 2);
  }
});

Deno.test("checkLedger() finds a line that a stranger appends or puts in", () => {
  const event = ledgerEvent(bob.certificate, {
    ...{ kind: "issued", role: "client", nowMs: ISSUED_AT_MS },
  });
  for (let index = 0; index <= texts.length; index++) {
    const { text } = signLedgerLine(event, { last: lines[index - 1], key: stranger.key });
    assert.equal(faultLine(texts.toSpliced(index, 0, text)), index + 1);
  }
  assert.equal(faultLine(write(stranger).map(({ text }) => text)), 1);
});

Deno.test("checkLedger() finds the line of another ledger of the same CA, as after a restored backup", () => {
  const event = ledgerEvent(bob.certificate, { kind: "issued", role: "server", nowMs: 0 });
  const fork = signLedgerLine(event, { last: lines[1], key: ca.key });
  assert.equal(faultLine(texts.with(2, fork.text)), 4);
});

Deno.test("checkLedger() rejects a CA's line that cannot stand where it is", () => {
  const begun = ledgerEvent(ca.certificate, { kind: "begun", role: "ca", nowMs: 0 });
  const twice = signLedgerLine(begun, { last: lines.at(-1), key: ca.key });
  assert.equal(faultLine([...texts, twice.text]), texts.length + 1);
  const wrong = ledgerEvent(alice.certificate, { kind: "begun", role: "ca", nowMs: 0 });
  const first = signLedgerLine(wrong, { last: undefined, key: ca.key });
  assert.equal(faultLine([first.text]), 1);
});

Deno.test("parseLedgerLine() inverts signLedgerLine, and rejects every other spelling", () => {
  for (const line of lines) assert.deepEqual(parseLedgerLine(line.text), line);
  const [text = ""] = texts;
  const spellings = [
    ...[` ${text}`, `${text} `, text.replace(":", ": "), text.replace("{", '{"x":1,')],
    ...[text.replace('"index":0', '"index":0.0'), text.replace('"note":""', '"note":null')],
    ...[text.replace('"index":0', '"index":-1'), text.replace("begun", "begin")],
    ...[text.replace('"note"', '"n\\u006fte"'), "null", "[]", "{}", "", "x".repeat(20_000)],
  ];
  for (const spelling of spellings) {
    assert.throws(() => parseLedgerLine(spelling), { code: "LEDGER" }, spelling);
  }
});

Deno.test("issuedCertificates() tells how each certificate stands", () => {
  const statesAt = (days: number) =>
    issuedCertificates(lines, ISSUED_AT_MS + days * DAY_MS).map(({ state }) => state);
  assert.deepEqual(statesAt(1), ["valid", "revoked", "valid"]);
  assert.deepEqual(statesAt(11), ["expired", "revoked", "valid"]);
  const unrevoked = issuedCertificates(lines.slice(0, 4), ISSUED_AT_MS);
  assert.deepEqual(unrevoked.map(({ state }) => state), ["valid", "renewed", "valid"]);
});

Deno.test("expiringCertificates() gives what is valid now and ends in time", () => {
  const nowMs = ISSUED_AT_MS + DAY_MS;
  const all = issuedCertificates(lines, nowMs);
  const ending = (days: number) =>
    expiringCertificates(all, { nowMs, withinMs: days * DAY_MS }).map(({ subject }) => subject);
  assert.deepEqual(ending(8), []);
  assert.deepEqual(ending(10), ["CN=alice"]);
  assert.deepEqual(ending(365), ["CN=alice", bobAgain.certificate.subject]);
});
