/**
 * The lines of a CA's books, `ca-ledger.jsonl`: one JSON object for everything that the CA did, each
 * with the SHA-256 of the line before it and the CA's signature.
 *
 * A line has its members in one order and one spelling, so it can be checked as text: what is signed
 * is {@link LEDGER_LABEL}, a line feed, and the object without its signature; what the next line
 * names is the SHA-256 of the whole line without its line feed. `ledger_check.ts` checks a whole
 * ledger; files are `store/ledger_file.ts`'s business.
 *
 * @module
 */

import { decodeBase64 } from "../bytes/base64.ts";
import { sha256 } from "../crypto/digest.ts";
import { isSignedWithKey, signWithKey } from "../crypto/key_signature.ts";
import { ChatError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import type { PrivateKeyDer } from "./private_key.ts";
import type { Role } from "./validate.ts";

/** In front of what is signed: no certificate begins so, so neither can pass for the other. */
export const LEDGER_LABEL = "securechat-ca-ledger/1";

/** `previous` of the first line. */
export const LEDGER_START = "0".repeat(64);

/** Longest line that is read, characters: a name of 64 and a signature of 512 bytes need a tenth. */
export const LEDGER_LINE_MAX_CHARS = 16_384;

const KINDS = ["begun", "issued", "renewed", "revoked"] as const;
const ROLES = ["ca", "server", "client"] as const;

/** What a line tells: `begun` is the first one, about the CA itself. */
export type LedgerKind = typeof KINDS[number];

/** What happened, as the CA records it. */
export interface LedgerEvent {
  readonly kind: LedgerKind;
  /** ISO 8601, UTC, by the CA's clock. */
  readonly time: string;
  /** Lower-case hex, of the certificate that this is about. */
  readonly serial: string;
  /** Lower-case hex SHA-256 of its DER. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly role: "ca" | Role;
  /** Its end, ISO 8601, UTC. */
  readonly notAfter: string;
  /**
   * `begun`: "late" where the CA had issued before; `issued`: "bench" for a load test; `renewed`: the
   * serial of the certificate that it replaces; `revoked`: the reason; otherwise empty.
   */
  readonly note: string;
}

/** A line as written. */
export interface LedgerLine extends LedgerEvent {
  /** 0 for the first line, then one more each. */
  readonly index: number;
  /** Lower-case hex SHA-256 of the line before, or {@link LEDGER_START}. */
  readonly previous: string;
  /** Base64. */
  readonly signature: string;
  /** The line without its line feed. */
  readonly text: string;
  /** Lower-case hex SHA-256 of `text`: the head of the ledger that ends here. */
  readonly hash: string;
}

/** Where a line goes, and who signs it. */
export interface LedgerPlace {
  /** The last line, or nothing for the first one. */
  readonly last: LedgerLine | undefined;
  readonly key: PrivateKeyDer;
}

/** What a line tells of the certificate that it is about. */
export type LedgerSubject = Pick<Certificate, "serial" | "fingerprint" | "subject" | "notAfter">;

/** What happened to a certificate. */
export interface LedgerDeed {
  readonly kind: LedgerKind;
  readonly role: "ca" | Role;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly note?: string;
}

/**
 * Describes what is done with a certificate.
 *
 * @param certificate The certificate.
 * @param deed What is done.
 * @returns The event, to be signed into a line.
 */
export function ledgerEvent(certificate: LedgerSubject, deed: LedgerDeed): LedgerEvent {
  return {
    kind: deed.kind,
    time: new Date(deed.nowMs).toISOString(),
    serial: certificate.serial,
    fingerprint: certificate.fingerprint,
    subject: certificate.subject,
    role: deed.role,
    notAfter: certificate.notAfter.toISOString(),
    note: deed.note ?? "",
  };
}

/**
 * Writes the next line of a ledger.
 *
 * @param event What happened.
 * @param place The line before, and the CA's key.
 * @returns The line.
 */
export function signLedgerLine(event: LedgerEvent, { last, key }: LedgerPlace): LedgerLine {
  const index = last === undefined ? 0 : last.index + 1;
  const previous = last?.hash ?? LEDGER_START;
  const signature = signWithKey(key.pkcs8Der, signedBytes({ ...event, index, previous }))
    .toBase64();
  return withText({ ...event, index, previous, signature });
}

/**
 * Reads one line.
 *
 * @param text The line without its line feed.
 * @returns The line; its signature and its place are not checked.
 * @throws {ChatError} LEDGER if it is no line that this module would write.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.throws(() => parseLedgerLine("{}"), { code: "LEDGER" });
 * ```
 */
export function parseLedgerLine(text: string): LedgerLine {
  const members = text.length > LEDGER_LINE_MAX_CHARS ? undefined : membersOf(text);
  const line = members === undefined ? undefined : withText(members);
  if (line?.text === text) return line;
  throw new ChatError("LEDGER", "cannot read line: it is not a line of a ledger");
}

/**
 * Whether a CA signed a line.
 *
 * @param line The line.
 * @param ca The CA's certificate.
 * @returns Whether it did.
 */
export function isLedgerLineOf(line: LedgerLine, ca: Certificate): boolean {
  const signature = Uint8Array.fromBase64(line.signature);
  return isSignedWithKey(ca.key.spkiDer, { data: signedBytes(line), signature });
}

type Unsigned = LedgerEvent & Pick<LedgerLine, "index" | "previous">;
type Members = Unsigned & Pick<LedgerLine, "signature">;

/** The members that are signed, in their order. */
function unsignedMembers(line: Unsigned): object {
  const { index, previous, time, kind, serial, fingerprint, subject, role, notAfter, note } = line;
  return { index, previous, time, kind, serial, fingerprint, subject, role, notAfter, note };
}

function signedBytes(line: Unsigned): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${LEDGER_LABEL}\n${JSON.stringify(unsignedMembers(line))}`);
}

function withText(line: Members): LedgerLine {
  const text = JSON.stringify({ ...unsignedMembers(line), signature: line.signature });
  return { ...line, text, hash: sha256(new TextEncoder().encode(text)).toHex() };
}

/** The members, if there are exactly those of a line, each of its kind. */
function membersOf(text: string): Members | undefined {
  const value = parseObject(text);
  const { index } = value;
  if (!Number.isSafeInteger(index) || Number(index) < 0) return undefined;
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    const member = value[name];
    if (typeof member !== "string" || !pattern.test(member)) return undefined;
  }
  if (!isOneSpelling(String(value["signature"]))) return undefined;
  return value as unknown as Members; // each member was checked; others change the text
}

const HEX_SHA256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What each member of text looks like. */
const PATTERNS: Readonly<Record<Exclude<keyof Members, "index">, RegExp>> = {
  previous: HEX_SHA256,
  time: TIME,
  kind: new RegExp(`^(?:${KINDS.join("|")})$`),
  serial: /^[0-9a-f]{1,64}$/,
  fingerprint: HEX_SHA256,
  subject: /^/,
  role: new RegExp(`^(?:${ROLES.join("|")})$`),
  notAfter: TIME,
  note: /^/,
  signature: /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

/** Spare bits in the last digit would give a good signature a second spelling, and the line another hash. */
function isOneSpelling(signature: string): boolean {
  try {
    return decodeBase64(signature, "signature").length > 0;
  } catch {
    return false;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
