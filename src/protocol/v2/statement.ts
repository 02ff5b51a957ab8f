/**
 * Statements (PROTOCOL-2 §6): what a person says, made once, signed and never re-encoded.
 *
 * Checked here: form, and whose words they are. Whether a statement may stand where it stands (order,
 * time, tree) is the room's business.
 *
 * @module
 */

import { z } from "zod";
import { U32_BYTES } from "../../bytes/u32.ts";
import { sha256 } from "../../crypto/digest.ts";
import type { LeafSigningKey } from "../../crypto/leaf_signature.ts";
import { ChatError } from "../../errors.ts";
import { decodeCanonicalJson } from "./canonical_json.ts";
import * as field from "./fields.ts";
import { isSignedLabelled, type Signer, signLabelled } from "./labelled_signature.ts";
import { EMPTY_ROOT } from "./merkle_tree.ts";
import { readPlainStatement } from "./plain_form.ts";
import { encodeShape, parseShape } from "./shape.ts";

/** Bytes of a statement's salt. */
export const STATEMENT_SALT_BYTES = 16;

/** The general shape of a statement; what is usual is read by `plain_form.ts`. */
export const STATEMENT_SHAPE = z.strictObject({
  author: field.fingerprint,
  kind: z.enum(["say", "open", "join", "leave", "remove", "notice"]),
  log: field.identifier,
  room: field.roomName,
  root: field.treeHash,
  salt: field.base64(STATEMENT_SALT_BYTES),
  seq: field.ordinal,
  session: field.identifier,
  size: field.count,
  text: z.string(),
  ts: field.count,
});

/** What a person or the server states. */
export type Statement = Readonly<z.output<typeof STATEMENT_SHAPE>>;

/** A statement's bytes with its signature, as they came. */
export interface SignedStatement {
  readonly stmt: Uint8Array<ArrayBuffer>;
  readonly sig: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a statement.
 *
 * @param statement What is stated.
 * @returns Its bytes, to be signed and sent.
 * @throws {ChatError} FORMAT if a field is wrong for its kind; FRAME_TOO_LARGE if it is longer than
 * 32,768 bytes.
 */
export function encodeStatement(statement: Statement): Uint8Array<ArrayBuffer> {
  requireKind(statement);
  const bytes = encodeShape(STATEMENT_SHAPE, statement, "statement");
  if (bytes.length <= field.STATEMENT_MAX_BYTES) return bytes;
  throw new ChatError(
    "FRAME_TOO_LARGE",
    `cannot write statement: ${bytes.length} bytes, expected at most ${field.STATEMENT_MAX_BYTES}`,
    { hint: "say it in several messages" },
  );
}

/**
 * Reads a statement.
 *
 * @param stmt Its bytes, at most 32,768.
 * @returns What is stated.
 * @throws {ChatError} FORMAT if the bytes are not a statement's.
 */
export function parseStatement(stmt: Uint8Array): Statement {
  const statement = plainStatement(stmt) ??
    parseShape(STATEMENT_SHAPE, decodeCanonicalJson(stmt, field.STATEMENT_MAX_BYTES), "statement");
  requireKind(statement);
  return statement;
}

function plainStatement(stmt: Uint8Array): Statement | undefined {
  return stmt.length > field.STATEMENT_MAX_BYTES ? undefined : readPlainStatement(stmt);
}

/**
 * Signs a statement.
 *
 * @param key The author's key.
 * @param stmt The statement's bytes.
 * @returns The signature.
 */
export function signStatement(
  key: LeafSigningKey,
  stmt: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return signLabelled(key, { label: "statement", bytes: stmt });
}

/**
 * Reads a statement and checks whose it is.
 *
 * @param author The leaf that it must be of, already validated.
 * @param signed The bytes and the signature.
 * @returns What is stated.
 * @throws {ChatError} FORMAT if it is not a statement; SIG_FAIL if it names another author, or the
 * author's key did not sign it.
 */
export function openStatement(author: Signer, signed: SignedStatement): Statement {
  const statement = parseStatement(signed.stmt);
  requireAuthor(author, signed, statement);
  return statement;
}

/**
 * Checks whose a statement is.
 *
 * @param author The leaf that it must be of, already validated.
 * @param signed The bytes and the signature.
 * @param statement What {@link parseStatement} read from these bytes.
 * @throws {ChatError} SIG_FAIL if it names another author, or the author's key did not sign it.
 */
export function requireAuthor(
  author: Signer,
  { stmt, sig }: SignedStatement,
  statement: Statement,
): void {
  if (statement.author !== author.fingerprint) {
    throw new ChatError("SIG_FAIL", "cannot accept statement: it names another author");
  }
  if (isSignedLabelled(author.key, { label: "statement", bytes: stmt, signature: sig })) return;
  throw new ChatError("SIG_FAIL", "cannot accept statement: its author did not sign it");
}

/**
 * A statement's leaf in the log's tree (PROTOCOL-2 §7): `h(0x00 || F(stmt) || F(sig))`.
 *
 * @param signed The bytes and the signature.
 * @returns 32 bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sha256 } from "../../crypto/digest.ts";
 * const [stmt, sig] = [new Uint8Array([1]), new Uint8Array([2])];
 * const leaf = sha256(new Uint8Array([0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 2]));
 * assert.deepEqual(leafHash({ stmt, sig }), leaf);
 * ```
 */
export function leafHash({ stmt, sig }: SignedStatement): Uint8Array<ArrayBuffer> {
  const length = 1 + U32_BYTES + stmt.length + U32_BYTES + sig.length;
  if (length > leafInput.length) leafInput = new Uint8Array(length);
  const view = new DataView(leafInput.buffer);
  view.setUint32(1, stmt.length);
  leafInput.set(stmt, 1 + U32_BYTES);
  view.setUint32(length - sig.length - U32_BYTES, sig.length);
  leafInput.set(sig, length - sig.length);
  return sha256(leafInput.subarray(0, length));
}

/** In one piece, and in the same place each time; its first byte stays 0: RFC 9162 §2.1.1. */
let leafInput = new Uint8Array(1024);

/** What must hold within a statement, by its kind. */
function requireKind(statement: Statement): void {
  const fault = kindFault(statement);
  if (fault === undefined) return;
  throw new ChatError("FORMAT", `cannot use statement of kind "${statement.kind}": ${fault}`);
}

function kindFault({ kind, log, root, seq, session, size, text }: Statement): string | undefined {
  if (kind === "say") return undefined;
  if (session !== log) return "its session is not the log";
  if (kind === "open") {
    const isFirst = seq === 1 && size === 0 && root === EMPTY_ROOT;
    return isFirst && text === "" ? undefined : "it is not the empty first entry";
  }
  if (kind === "notice" || field.fingerprint.safeParse(text).success) return undefined;
  return "its text is not a fingerprint";
}
