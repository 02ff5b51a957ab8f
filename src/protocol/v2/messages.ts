/**
 * The messages of protocol 2 and their shapes (PROTOCOL-2 §2 to §7). Each has exactly these keys.
 *
 * @module
 */

import { z } from "zod";
import { printable } from "../../bytes/printable.ts";
import { ML_KEM_CIPHERTEXT_BYTES, ML_KEM_KEY_BYTES } from "../../crypto/ml_kem.ts";
import { X25519_BYTES } from "../../crypto/x25519.ts";
import { ChatError } from "../../errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../frame.ts";
import { decodeCanonicalJson } from "./canonical_json.ts";
import * as field from "./fields.ts";
import { type PlainSigned, readPlainSigned, type SignedPlaces, textOf } from "./plain_form.ts";
import { encodeShape, parseShape } from "./shape.ts";

/** The version that this folder speaks. */
export const VERSION = 2;

/** Every message, by its `type`. */
export const MESSAGES = {
  hello: z.strictObject({
    mlkem: field.base64(ML_KEM_KEY_BYTES),
    type: z.literal("hello"),
    version: z.literal(VERSION),
    x25519: field.base64(X25519_BYTES),
  }),
  server_hello: z.strictObject({
    mlkem: field.base64(ML_KEM_CIPHERTEXT_BYTES),
    type: z.literal("server_hello"),
    version: z.literal(VERSION),
    x25519: field.base64(X25519_BYTES),
  }),
  auth: z.strictObject({ chain: field.chain, sig: field.signature, type: z.literal("auth") }),
  ready: z.strictObject({
    signin: z.enum(["password", "certificate"]),
    type: z.literal("ready"),
  }),
  status: z.strictObject({
    message: field.sentence,
    status: field.statusCode,
    type: z.literal("status"),
  }),
  ping: z.strictObject({ type: z.literal("ping") }),
  register: z.strictObject({
    email: field.email,
    password: field.password,
    type: z.literal("register"),
  }),
  login: z.strictObject({
    email: field.email,
    password: field.password,
    type: z.literal("login"),
  }),
  join: z.strictObject({ room: field.roomName, type: z.literal("join"), want: field.count }),
  joined: z.strictObject({
    head: field.headBytes,
    peaks: field.peaks,
    sig: field.signature,
    type: z.literal("joined"),
  }),
  not_joined: z.strictObject({
    code: field.statusCode,
    message: field.sentence,
    room: field.roomName,
    type: z.literal("not_joined"),
  }),
  leave: z.strictObject({ room: field.roomName, type: z.literal("leave") }),
  gone: z.strictObject({ session: field.identifier, type: z.literal("gone") }),
  who: z.strictObject({ room: field.roomName, type: z.literal("who") }),
  members: z.strictObject({
    members: field.fingerprints,
    more: field.count,
    room: field.roomName,
    type: z.literal("members"),
  }),
  invite: z.strictObject({
    by: field.fingerprint,
    room: field.roomName,
    type: z.literal("invite"),
  }),
  msg: z.strictObject({
    sig: field.signature,
    stmt: field.statementBytes,
    type: z.literal("msg"),
  }),
  entry: z.strictObject({
    sig: field.signature,
    stmt: field.statementBytes,
    type: z.literal("entry"),
  }),
  peer: z.strictObject({ chain: field.chain, type: z.literal("peer") }),
  head: z.strictObject({
    head: field.headBytes,
    sig: field.signature,
    type: z.literal("head"),
  }),
  refused: z.strictObject({
    code: z.literal("LIMIT"),
    log: field.identifier,
    message: field.sentence,
    retry: field.count,
    seq: field.ordinal,
    type: z.literal("refused"),
  }),
} as const;

/** The name of a message. */
export type MessageType = keyof typeof MESSAGES;

/** A message of a type. */
export type Message<T extends MessageType = MessageType> = {
  readonly [K in T]: Readonly<z.output<(typeof MESSAGES)[K]>>;
}[T];

/** What a caller has for a message that is to be read. */
export interface KnownBody {
  /** The body as text. */
  readonly text?: string | undefined;
  /** Where a statement and its signature go, when they are not kept. */
  readonly places?: SignedPlaces;
}

/**
 * Reads a message that must be of one of the wanted types.
 *
 * @param body One object: a plain frame's body, or one of a record's.
 * @param wanted The types that make sense now.
 * @param known What is at hand.
 * @returns The message.
 * @throws {ChatError} FORMAT if it is no message; HANDSHAKE if it is one of another type.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const body = encodeMessage({ type: "ready", signin: "password" });
 * assert.equal(new TextDecoder().decode(body), '{"signin":"password","type":"ready"}');
 * assert.equal(parseMessage(body, ["ready", "status"]).type, "ready");
 * assert.throws(() => parseMessage(body, ["ping"]), { code: "HANDSHAKE" });
 * ```
 */
export function parseMessage<T extends MessageType>(
  body: Uint8Array,
  wanted: readonly T[],
  known: KnownBody = {},
): Message<T> {
  const plain = plainMessage(body, known);
  if (plain !== undefined && wanted.some((one) => one === plain.type)) return plain as Message<T>;
  const value = decodeCanonicalJson(body, HANDSHAKE_BODY_MAX_BYTES);
  const { type } = value;
  if (typeof type !== "string" || !isMessageType(type)) {
    throw new ChatError("FORMAT", `cannot read message: its type is ${quoted(type)}`);
  }
  const message = parseShape(MESSAGES[type], value, type);
  if (wanted.some((one) => one === message.type)) return message as Message<T>;
  throw new ChatError(
    "HANDSHAKE",
    `cannot go on: got a message of type "${type}", expected ${wanted.join(" or ")}`,
    { hint: "the other side broke the protocol: check that both run the same version" },
  );
}

/**
 * Writes a message.
 *
 * @param message The message with its `type`.
 * @returns Its bytes: one object.
 * @throws {ChatError} FORMAT if a field is out of its bounds.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const schema: z.ZodType = MESSAGES[message.type];
  return encodeShape(schema, message, message.type);
}

/** Nearly all that comes is one of these. */
function plainMessage(
  body: Uint8Array,
  { text = textOf(body) ?? "", places }: KnownBody,
): Message<"entry" | "msg"> | undefined {
  if (body.length > HANDSHAKE_BODY_MAX_BYTES) return undefined;
  const plain = readPlainSigned(text, places);
  return plain !== undefined && areSignedSizes(plain) ? plain : undefined;
}

function areSignedSizes({ stmt, sig }: PlainSigned): boolean {
  return stmt.length >= field.STATEMENT_MIN_BYTES && stmt.length <= field.STATEMENT_MAX_BYTES &&
    sig.length >= field.SIGNATURE_MIN_BYTES && sig.length <= field.SIGNATURE_MAX_BYTES;
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(MESSAGES, type);
}

function quoted(type: unknown): string {
  return typeof type === "string" ? `"${printable(type).slice(0, 40)}"` : "missing";
}
