/**
 * The kinds of field in objects of protocol 2, each with its bounds and its one spelling.
 *
 * base64 fields are bytes in the program and padded standard base64 (RFC 4648 §4) on the wire; hex
 * fields name public things (fingerprints, sessions, hashes) and stay lower-case text, which can be
 * compared and used as a key.
 *
 * @module
 */

import { z } from "zod";
import { decodeBase64 } from "../../bytes/base64.ts";
import { ChatError } from "../../errors.ts";
import { PASSWORD_MAX_BYTES } from "../../crypto/scrypt_password.ts";
import { isRoomName } from "./room_name.ts";

/** Shortest text that can be an object, bytes. */
export const STATEMENT_MIN_BYTES = 2;

/** Longest statement, bytes (PROTOCOL-2 §6). */
export const STATEMENT_MAX_BYTES = 32_768;

/** Longest head, bytes: its fields have fixed sizes but for a room's 140 characters. */
export const HEAD_MAX_BYTES = 1024;

/** Certificates of a chain, at most (PROTOCOL-2 §3). */
export const CHAIN_MAX = 4;

/** Shortest signature, bytes: Ed25519, P-256. */
export const SIGNATURE_MIN_BYTES = 64;

/** Longest signature, bytes: RSA of 4096 bits. */
export const SIGNATURE_MAX_BYTES = 512;

const DER_MAX_BYTES = 32_768;
const MESSAGE_MAX_CHARS = 1024;
const EMAIL_MAX_CHARS = 255;
const PEAKS_MAX = 53; // bits of the largest tree

/** A field of bytes. */
export type BytesField = z.ZodCodec<z.ZodString, z.ZodCustom<Uint8Array<ArrayBuffer>>>;

/**
 * Bytes, in padded standard base64 on the wire.
 *
 * @param min Least number of bytes.
 * @param max Greatest number of bytes; exactly `min` without it.
 * @returns The field.
 */
export function base64(min: number, max: number = min): BytesField {
  const isOfLength = (value: unknown) =>
    value instanceof Uint8Array && value.length >= min && value.length <= max;
  const wanted = min === max ? `${min}` : `${min} to ${max}`;
  const bytes = z.custom<Uint8Array<ArrayBuffer>>(isOfLength, `is not ${wanted} bytes`);
  return z.codec(z.string().max(4 * Math.ceil(max / 3)), bytes, {
    decode: (text, context) => {
      try {
        return decodeBase64(text, "field");
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        context.issues.push({ code: "custom", input: text, message: "is not canonical base64" });
        return z.NEVER;
      }
    },
    encode: (value) => value.toBase64(),
  });
}

/**
 * Lower-case hex.
 *
 * @param bytes How many bytes it stands for.
 * @returns The field.
 */
export function hex(bytes: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `is not hex of ${bytes} bytes`);
}

/** An integer from 0 to 2^53-1. */
export const count = z.int().min(0);

/** An integer from 1 to 2^53-1. */
export const ordinal = z.int().min(1);

/** A fingerprint of a leaf: SHA-256 of its DER. */
export const fingerprint = hex(32);

/** People who are listed at once. */
export const LISTED_MAX = 512;

/** Some people of a room. */
export const fingerprints = z.array(fingerprint).max(LISTED_MAX).readonly();

/** A hash of the tree. */
export const treeHash = hex(32);

/** A session or a log. */
export const identifier = hex(16);

/** A signature by a key of any kind. */
export const signature = base64(SIGNATURE_MIN_BYTES, SIGNATURE_MAX_BYTES);

/** Certificates, leaf first, without the root. */
export const chain = z.array(base64(1, DER_MAX_BYTES)).min(1).max(CHAIN_MAX).readonly();

/** Roots of perfect subtrees, widest first. */
export const peaks = z.array(treeHash).max(PEAKS_MAX).readonly();

/** A room's name. */
export const roomName = z.string().refine(isRoomName, "is not a room's name");

/** A statement's bytes. */
export const statementBytes = base64(STATEMENT_MIN_BYTES, STATEMENT_MAX_BYTES);

/** A head's bytes. */
export const headBytes = base64(2, HEAD_MAX_BYTES);

/** A code: OK, ERROR, or one of the error table. */
export const statusCode = z.string().regex(/^[A-Z][A-Z0-9_]{1,31}$/, "is not a code");

/** A sentence for people. */
export const sentence = z.string().max(MESSAGE_MAX_CHARS);

/** An e-mail address without invisible characters. */
export const email = z.string().max(EMAIL_MAX_CHARS).refine(
  (text) => /^[^@\s]+@[^@\s]+$/.test(text) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text),
  "is not an e-mail address",
);

/** A password: its length counts in NFC, as it is hashed. */
export const password = z.string().max(PASSWORD_MAX_BYTES).refine((text) => {
  const { length } = new TextEncoder().encode(text.normalize("NFC"));
  return length >= 1 && length <= PASSWORD_MAX_BYTES;
}, "is not a password of 1 to 1024 bytes");
