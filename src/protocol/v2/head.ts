/**
 * Heads (PROTOCOL-2 §7): a side's signed word on what a log holds.
 *
 * Checked here: form, and whose word it is. Whether time, size and root agree with the receiver's own
 * tree is the room's business.
 *
 * @module
 */

import { z } from "zod";
import type { LeafSigningKey } from "../../crypto/leaf_signature.ts";
import { ChatError } from "../../errors.ts";
import { decodeCanonicalJson } from "./canonical_json.ts";
import * as field from "./fields.ts";
import { isSignedLabelled, type Signer, signLabelled } from "./labelled_signature.ts";
import { encodeShape, parseShape } from "./shape.ts";

const SHAPE = z.strictObject({
  by: field.fingerprint,
  final: z.boolean(),
  from: field.count,
  log: field.identifier,
  room: field.roomName,
  root: field.treeHash,
  session: field.identifier,
  size: field.count,
  ts: field.count,
});

/** "I placed or received entries `from` to `size`-1; the tree has this root." */
export type Head = Readonly<z.output<typeof SHAPE>>;

/** A head's bytes with its signature, as they came. */
export interface SignedHead {
  readonly head: Uint8Array<ArrayBuffer>;
  readonly sig: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a head.
 *
 * @param head What is said.
 * @returns Its bytes, to be signed and sent.
 * @throws {ChatError} FORMAT if a field is out of its bounds.
 */
export function encodeHead(head: Head): Uint8Array<ArrayBuffer> {
  requireRange(head);
  return encodeShape(SHAPE, head, "head");
}

/**
 * Reads a head.
 *
 * @param bytes Its bytes.
 * @returns What is said.
 * @throws {ChatError} FORMAT if the bytes are not a head's.
 */
export function parseHead(bytes: Uint8Array): Head {
  const head = parseShape(SHAPE, decodeCanonicalJson(bytes, field.HEAD_MAX_BYTES), "head");
  requireRange(head);
  return head;
}

/**
 * Writes and signs a head.
 *
 * @param key The key of the leaf that `by` names.
 * @param head What is said.
 * @returns The bytes and the signature.
 * @throws {ChatError} FORMAT if a field is out of its bounds.
 */
export async function signHead(key: LeafSigningKey, head: Head): Promise<SignedHead> {
  const bytes = encodeHead(head);
  return { head: bytes, sig: await signLabelled(key, { label: "head", bytes }) };
}

/**
 * Reads a head and checks whose it is.
 *
 * @param signer The leaf that it must be of, already validated.
 * @param signed The bytes and the signature.
 * @returns What is said.
 * @throws {ChatError} FORMAT if it is not a head; SIG_FAIL if it names another signer, or the signer's
 * key did not sign it.
 */
export function openHead(
  signer: Signer,
  signed: { readonly head: Uint8Array; readonly sig: Uint8Array },
): Head {
  const head = parseHead(signed.head);
  if (head.by !== signer.fingerprint) {
    throw new ChatError("SIG_FAIL", "cannot accept head: it names another signer");
  }
  const labelled = { label: "head", bytes: signed.head, signature: signed.sig } as const;
  if (isSignedLabelled(signer.key, labelled)) return head;
  throw new ChatError("SIG_FAIL", "cannot accept head: its signer did not sign it");
}

function requireRange({ from, size, session, log }: Head): void {
  if (from > size) {
    throw new ChatError("FORMAT", `cannot use head: it begins at ${from}, after its size ${size}`);
  }
  if (session === log && from !== 0) {
    throw new ChatError("FORMAT", `cannot use head of a whole room: it begins at ${from}`);
  }
}
