/**
 * The messages of protocol 1 and their shapes (PROTOCOL-1, phases 1 to 6).
 *
 * Wire names keep their spelling here and nowhere else.
 *
 * @module
 */

import { z } from "zod";
import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { encodeFrame } from "../frame.ts";
import { decodeJson, encodeJson, type JsonValue } from "./json.ts";

const PEM_MAX_CHARS = 32_768;
const NAME_MAX_CHARS = 255; // VARCHAR(255) of the users table
const STATUS_MAX_CHARS = 1024;

const integer = z.union([z.bigint(), z.int().transform((value) => BigInt(value))]);
const count = z.int().min(0);
/** Characters of base64 alone: no line end and no `|` can get into a transcript's line. */
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);
/** Joiners, which may stand in words, are refused in names: two of them would look the same. */
const plainText = z.string().min(1).max(NAME_MAX_CHARS).refine(
  (text) => !/[\p{C}\p{Zl}\p{Zp}|]/u.test(text) && text.trim() === text,
  "holds invisible characters, | or outer spaces",
);
const email = plainText.refine(
  (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  "is not an e-mail address",
);

/** Base64 of so many bytes and no other number: its length alone would allow two more. */
function fixedBase64(bytes: number): z.ZodString {
  const padding = (3 - bytes % 3) % 3;
  const characters = 4 * Math.ceil(bytes / 3) - padding;
  return z.string().regex(
    new RegExp(`^[A-Za-z0-9+/]{${characters}}={${padding}}$`),
    `is not base64 of ${bytes} bytes`,
  );
}

/** A message that anybody may send in a phase, by its `type`. */
export const MESSAGES = {
  hello: z.object({
    type: z.literal("hello"),
    client_cert: z.string().max(PEM_MAX_CHARS),
    nonce: fixedBase64(16),
  }),
  server_hello: z.object({
    type: z.literal("server_hello"),
    server_cert: z.string().max(PEM_MAX_CHARS),
    nonce: fixedBase64(16),
  }),
  dh_client: z.object({ type: z.literal("dh_client"), g: integer, p: integer, A: integer }),
  dh_server: z.object({ type: z.literal("dh_server"), B: integer }),
  encrypted: z.object({ type: z.literal("encrypted"), ct: base64 }),
  register: z.object({
    type: z.literal("register"),
    email,
    username: plainText,
    pwd: fixedBase64(32),
    salt: fixedBase64(16),
  }),
  login: z.object({
    type: z.literal("login"),
    email,
    pwd: fixedBase64(32),
    nonce: fixedBase64(16),
  }),
  salt_request: z.object({ type: z.literal("salt_request"), email }),
  salt: z.object({ type: z.literal("salt"), salt: fixedBase64(16) }),
  status: z.object({
    type: z.literal("status"),
    status: z.string().max(STATUS_MAX_CHARS),
    message: z.string().max(STATUS_MAX_CHARS).nullish(),
  }),
  msg: z.object({
    type: z.literal("msg"),
    seqno: z.int().min(1),
    ts: count,
    ct: base64,
    sig: base64,
  }),
  receipt: z.object({
    type: z.literal("receipt"),
    peer: z.enum(["client", "server"]),
    first_seq: count,
    last_seq: count,
    transcript_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    sig: base64,
  }),
} as const;

/** The name of a message. */
export type MessageType = keyof typeof MESSAGES;

/** A message of a type, as received. */
export type Message<T extends MessageType> = z.infer<(typeof MESSAGES)[T]>;

/**
 * Reads a message that must be of one of the wanted types.
 *
 * @param body JSON, at most a frame.
 * @param wanted The types that make sense now.
 * @returns The message.
 * @throws {ChatError} FORMAT if it is no such message; HANDSHAKE if it is a message of another type.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const body = new TextEncoder().encode('{"type": "salt_request", "email": "a@x"}');
 * assert.equal(parseMessage(body, ["salt_request"]).email, "a@x");
 * assert.throws(() => parseMessage(body, ["login"]), { code: "HANDSHAKE" });
 * ```
 */
export function parseMessage<T extends MessageType>(
  body: Uint8Array,
  wanted: readonly T[],
): Message<T> {
  const value = decodeJson(body);
  const type = typeOf(value);
  const schema = wanted.find((candidate) => candidate === type);
  if (schema === undefined) {
    const names = wanted.join(" or ");
    throw new ChatError(
      "HANDSHAKE",
      `cannot go on: got a message of type "${printable(type).slice(0, 40)}", expected ${names}`,
    );
  }
  const parsed = MESSAGES[schema].safeParse(value);
  if (parsed.success) return parsed.data as Message<T>;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") || "message";
  throw new ChatError(
    "FORMAT",
    `cannot read ${schema}: ${printable(where)}: ${printable(issue?.message ?? "malformed")}`,
  );
}

/**
 * Makes the frame of a message.
 *
 * @param message The message with its `type`.
 * @returns Header and body, for one write.
 */
export function messageFrame(
  message: Readonly<Record<string, JsonValue>> & { readonly type: MessageType },
): Uint8Array<ArrayBuffer> {
  return encodeFrame(encodeJson(message));
}

function typeOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("type" in value)) return "";
  return typeof value.type === "string" ? value.type : "";
}
