/**
 * What stands around the entries of a transcript of protocol 1: header, footer, receipts
 * (PROTOCOL-1 "Transcript file").
 *
 * Every line of it begins with `#` or `=`, which programs of the original system skip. Ours adds the
 * two certificates and the peer's receipt, so that a file and the CA are all that a verifier needs.
 *
 * @module
 */

import { ChatError, type ErrorCode } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { Role } from "../../pki/validate.ts";
import type { Receipt, TranscriptSummary } from "../../protocol/session.ts";
import { decodeReceipt, encodeReceipt } from "../../protocol/v1/evidence.ts";
import { encodeJson } from "../../protocol/v1/json.ts";
import { parseMessage } from "../../protocol/v1/messages.ts";

/** First line of every transcript. */
export const TITLE = "# SecureChat Transcript";

/** The line between header, entries and footer. */
export const RULE = "=".repeat(80);

/** How the lines of header and footer begin; a value follows where the text ends in a space. */
export const PREFIX = {
  sessionId: "# Session ID: ",
  role: "# Role: ",
  started: "# Started: ",
  format: "# Format: ",
  clientCertificate: "# Certificate (client): ",
  serverCertificate: "# Certificate (server): ",
  ended: "# Session ended: ",
  reason: "# Ended because: ",
  total: "# Total messages: ",
  hash: "# Transcript hash: ",
  receipt: "# Session Receipt:",
  peerReceipt: "# Peer Receipt:",
} as const;

/** Names of the fields of an entry. */
const FORMAT = "seqno|timestamp|ciphertext|signature|peer_cert_fingerprint";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What the header of our transcripts says. */
export interface TranscriptHeader {
  /** 16 lower-case hex digits. */
  readonly sessionId: string;
  /** Whose file it is. */
  readonly role: Role;
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number;
  readonly clientCertificate: Certificate;
  readonly serverCertificate: Certificate;
}

/** What the footer says. */
export interface TranscriptFooter {
  /** Milliseconds since the Unix epoch. */
  readonly endedMs: number;
  /** Why the session ended before anybody left; under no signature, like the line above it. */
  readonly reason?: ErrorCode;
  /** Number of entries. */
  readonly total: number;
  /** Lower-case hex. */
  readonly transcriptSha256: TranscriptSummary["transcriptSha256"];
  /** The owner's; absent when the session broke off. */
  readonly receipt?: Receipt;
}

/**
 * The name of a transcript's file: `<role>_<session id>_<YYYYMMDD_HHMMSS>.transcript`, in UTC.
 *
 * @param header Role, session and start.
 * @returns The name, without a folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const name = transcriptName({ role: "client", sessionId: "00112233445566aa", startedMs: 0 });
 * assert.equal(name, "client_00112233445566aa_19700101_000000.transcript");
 * ```
 */
export function transcriptName(
  { role, sessionId, startedMs }: Pick<TranscriptHeader, "role" | "sessionId" | "startedMs">,
): string {
  if (!/^[0-9a-f]{16}$/.test(sessionId)) {
    throw new TypeError("cannot name transcript: the session id is not 16 hex digits");
  }
  const digits = new Date(startedMs).toISOString().replaceAll(/[-:]/g, "");
  return `${role}_${sessionId}_${digits.slice(0, 8)}_${digits.slice(9, 15)}.transcript`;
}

/**
 * Encodes the header, with the rule that ends it.
 *
 * @param header What it says.
 * @returns Lines with their ends.
 */
export function encodeHeader(header: TranscriptHeader): string {
  return lines(
    TITLE,
    PREFIX.sessionId + header.sessionId,
    PREFIX.role + header.role,
    PREFIX.started + new Date(header.startedMs).toISOString(),
    PREFIX.format + FORMAT,
    PREFIX.clientCertificate + header.clientCertificate.der.toBase64(),
    PREFIX.serverCertificate + header.serverCertificate.der.toBase64(),
    RULE,
  );
}

/**
 * Encodes the footer, with the rule that begins it and the owner's receipt.
 *
 * @param footer What it says.
 * @returns Lines with their ends.
 */
export function encodeFooter(footer: TranscriptFooter): string {
  const receipt = footer.receipt === undefined
    ? []
    : ["", encodeReceiptLine("receipt", footer.receipt)];
  return lines(
    RULE,
    PREFIX.ended + new Date(footer.endedMs).toISOString(),
    ...footer.reason === undefined ? [] : [PREFIX.reason + footer.reason],
    PREFIX.total + footer.total,
    PREFIX.hash + footer.transcriptSha256,
    ...receipt,
  );
}

/**
 * Encodes a receipt as one line that the original skips.
 *
 * @param which The owner's, or the one that the other side sent.
 * @param receipt The receipt.
 * @returns The line without its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const receipt = { peer: "client", firstSeq: 0, lastSeq: 0, transcriptSha256: "0".repeat(64), sig: "AQ==" } as const;
 * const line = encodeReceiptLine("receipt", receipt);
 * assert.deepEqual(parseReceiptText(line.slice(PREFIX.receipt.length)), receipt);
 * ```
 */
export function encodeReceiptLine(which: "receipt" | "peerReceipt", receipt: Receipt): string {
  return `${PREFIX[which]} ${decoder.decode(encodeJson(encodeReceipt(receipt)))}`;
}

/**
 * Reads a receipt: ours on one line, or the original's, indented over several.
 *
 * @param text JSON.
 * @returns The receipt; nothing of it has been verified.
 * @throws {ChatError} FORMAT if it is not a receipt.
 */
export function parseReceiptText(text: string): Receipt {
  try {
    return decodeReceipt(parseMessage(encoder.encode(text), ["receipt"]));
  } catch (error) {
    const why = error instanceof ChatError ? error.message : "malformed";
    throw new ChatError("FORMAT", `cannot read the receipt: ${why}`, { cause: error });
  }
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
