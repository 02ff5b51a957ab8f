/**
 * The lines of header and footer that mean something, and how their values are read.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { ChatError } from "../../errors.ts";
import type { Role } from "../../pki/validate.ts";
import { parseReceiptText, PREFIX } from "./format.ts";

const SESSION_ID = /^[0-9a-f]{16}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const CODE = /^[A-Z_]{2,32}$/;
const TOTAL = /^(0|[1-9]\d{0,9})$/;
/** ISO 8601; the original writes microseconds and no zone. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$/;

/** A part of the file; rules stand between them. */
export type Section = "head" | "entries" | "foot";

/** A line with a value. */
export interface Field<T> {
  /** How the line begins. */
  readonly prefix: string;
  readonly section: Section;
  /** Reads what follows the prefix; throws FORMAT. */
  parse(text: string): T;
}

/** Every line that a verifier reads; other comments mean nothing. */
export const FIELDS = {
  sessionId: {
    prefix: PREFIX.sessionId,
    section: "head",
    parse: (text: string) => matched(text, SESSION_ID),
  },
  role: { prefix: PREFIX.role, section: "head", parse: parseRole },
  started: {
    prefix: PREFIX.started,
    section: "head",
    parse: (text: string) => matched(text, DATE),
  },
  clientCertificate: { prefix: PREFIX.clientCertificate, section: "head", parse: parseDer },
  serverCertificate: { prefix: PREFIX.serverCertificate, section: "head", parse: parseDer },
  ended: { prefix: PREFIX.ended, section: "foot", parse: (text: string) => matched(text, DATE) },
  reason: {
    prefix: PREFIX.reason,
    section: "foot",
    parse: (text: string) => matched(text, CODE),
  },
  total: {
    prefix: PREFIX.total,
    section: "foot",
    parse: (text: string) => Number(matched(text, TOTAL)),
  },
  hash: { prefix: PREFIX.hash, section: "foot", parse: (text: string) => matched(text, SHA256) },
  receipt: { prefix: PREFIX.receipt, section: "foot", parse: parseReceiptText },
  peerReceipt: { prefix: PREFIX.peerReceipt, section: "foot", parse: parseReceiptText },
} as const satisfies Record<string, Field<unknown>>;

/** The name of such a line. */
export type FieldName = keyof typeof FIELDS;

/** The same, to be searched. */
export const FIELD_LIST: readonly (readonly [FieldName, Field<unknown>])[] = Object.entries(FIELDS)
  .map(([name, entry]) => [name as FieldName, entry]);

function matched(text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new ChatError("FORMAT", "cannot read transcript: the value of this line is malformed");
}

function parseRole(text: string): Role {
  if (text === "client" || text === "server") return text;
  throw new ChatError("FORMAT", "cannot read transcript: the role is neither client nor server");
}

function parseDer(text: string): Uint8Array<ArrayBuffer> {
  return decodeBase64(text, "certificate");
}
