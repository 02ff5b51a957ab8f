/**
 * The usual spelling of what comes most often, statements and what carries them, read in one go.
 *
 * Whatever is read here is exactly what the general way (canonical JSON, then a schema) would give, at
 * a tenth of its cost; anything that is not plainly of the form is left to that way, which says what is
 * wrong with it. A test holds the two against each other.
 *
 * @module
 */

import { decodeBase64Into } from "../../bytes/base64.ts";
import { isRoomName } from "./room_name.ts";

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A statement in its RFC 8785 form. A room whose name has a quote or backslash is left to the general
 * way. In texts (RFC 8785 §3.2.2.2) `"`, `\\` and control characters have one spelling each; what a fatal
 * decoder gave has no lone surrogates. Each character fits in one way alone: no backtracking.
 */
const STATEMENT = new RegExp(
  '^\\{"author":"([0-9a-f]{64})"' +
    ',"kind":"(say|open|join|leave|remove|notice)"' +
    ',"log":"([0-9a-f]{32})"' +
    ',"room":"([ !#-\\[\\]-~]{1,140})"' +
    ',"root":"([0-9a-f]{64})"' +
    ',"salt":"([A-Za-z0-9+/]{21}[AQgw]==)"' + // 16 bytes: the last character has four bits to spare
    ',"seq":([1-9][0-9]{0,15})' +
    ',"session":"([0-9a-f]{32})"' +
    ',"size":(0|[1-9][0-9]{0,15})' +
    ',"text":"((?:[^"\\\\\\x00-\\x1f]|\\\\["\\\\bfnrt]|\\\\u00(?:0[0-7bef]|1[0-9a-f]))*)"' +
    ',"ts":(0|[1-9][0-9]{0,15})\\}$',
);

const SALT_BYTES = 16;

const START = '{"sig":"';
const MIDDLE = '","stmt":"';

/** What stands behind a statement, by what it is in. */
const ENDS = { entry: '","type":"entry"}', msg: '","type":"msg"}' } as const;

/** A statement on its way to the server, or from it. */
export interface PlainSigned {
  readonly type: keyof typeof ENDS;
  readonly stmt: Uint8Array<ArrayBuffer>;
  readonly sig: Uint8Array<ArrayBuffer>;
}

/** The fields of a statement, each of its form. */
export interface PlainStatement {
  readonly author: string;
  readonly kind: "say" | "open" | "join" | "leave" | "remove" | "notice";
  readonly log: string;
  readonly room: string;
  readonly root: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly seq: number;
  readonly session: string;
  readonly size: number;
  readonly text: string;
  readonly ts: number;
}

/** Where the bytes of a message go, when nobody keeps them. */
export interface SignedPlaces {
  readonly sig: Uint8Array<ArrayBuffer>;
  readonly stmt: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an `entry` or `msg` whose base64 is good.
 *
 * @param text Its text.
 * @param places Where its bytes go; new ones without it.
 * @returns The message, sizes unchecked; nothing if it is not plainly one, or does not fit.
 */
export function readPlainSigned(text: string, places?: SignedPlaces): PlainSigned | undefined {
  const type = text.endsWith(ENDS.entry) ? "entry" : "msg";
  const from = text.indexOf('"', START.length);
  const isPlain = text.startsWith(START) && text.startsWith(MIDDLE, from) &&
    text.endsWith(ENDS[type]);
  if (!isPlain) return undefined;
  // Good base64 has no quote or backslash: so the whole is the one form of this object.
  const sig = bytesOf(text.slice(START.length, from), places?.sig);
  const stmt = bytesOf(text.slice(from + MIDDLE.length, -ENDS[type].length), places?.stmt);
  return sig === undefined || stmt === undefined ? undefined : { type, stmt, sig };
}

function bytesOf(
  text: string,
  place: Uint8Array<ArrayBuffer> | undefined,
): Uint8Array<ArrayBuffer> | undefined {
  return decodeBase64Into(text, place ?? new Uint8Array(Math.floor(text.length / 4) * 3));
}

/**
 * Reads a statement.
 *
 * @param stmt Its bytes.
 * @returns What is stated, kind's own rules unchecked; nothing if it is not plainly a statement.
 */
export function readPlainStatement(stmt: Uint8Array): PlainStatement | undefined {
  const fields = STATEMENT.exec(textOf(stmt) ?? "");
  if (fields === null) return undefined;
  const [, author = "", kind, log = "", room = "", root = "", salt = "", ...more] = fields;
  const [seqDigits, session = "", sizeDigits, spelled = "", tsDigits] = more;
  const [seq, size, ts] = [Number(seqDigits), Number(sizeDigits), Number(tsDigits)];
  const isSafe = Number.isSafeInteger(seq) && Number.isSafeInteger(size) &&
    Number.isSafeInteger(ts);
  const saltBytes = decodeBase64Into(salt, new Uint8Array(SALT_BYTES));
  if (!isSafe || saltBytes === undefined || !isRoomName(room)) return undefined;
  return {
    ...{ author, kind: kind as PlainStatement["kind"], log, room, root },
    ...{ salt: saltBytes, seq, session, size },
    ...{ text: spelled.includes("\\") ? String(JSON.parse(`"${spelled}"`)) : spelled, ts },
  };
}

/**
 * Bytes as text.
 *
 * @param bytes UTF-8.
 * @returns The text; nothing if they are none.
 */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
