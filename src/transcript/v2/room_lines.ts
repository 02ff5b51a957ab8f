/**
 * The lines of a room's file that are no messages: its first and its last (PROTOCOL-2 §8).
 *
 * @module
 */

import { z } from "zod";
import { ChatError } from "../../errors.ts";
import { decodeCanonicalJson } from "../../protocol/v2/canonical_json.ts";
import * as field from "../../protocol/v2/fields.ts";
import { parseShape } from "../../protocol/v2/shape.ts";
import { LINE_MAX_BYTES } from "./byte_lines.ts";

const RECORD_MAX_BYTES = 65_536;

const HEADER = z.strictObject({
  chain: field.chain,
  log: field.identifier,
  peaks: field.peaks,
  room: field.roomName,
  server: field.chain,
  session: field.identifier,
  size: field.count,
  started: field.count,
  type: z.literal("transcript"),
  version: z.literal(2),
});

const END = z.strictObject({
  code: field.statusCode,
  record: field.base64(0, RECORD_MAX_BYTES),
  type: z.literal("end"),
});

/** The first line. */
export type RoomHeader = Readonly<z.output<typeof HEADER>>;

/** The last line: its owner's word, unsigned. */
export type RoomEnd = Readonly<z.output<typeof END>>;

/**
 * Reads the first line.
 *
 * @param bytes The line.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is not a header; VERSION if it is one of another version.
 */
export function parseRoomHeader(bytes: Uint8Array): RoomHeader {
  const value = decodeCanonicalJson(bytes, LINE_MAX_BYTES);
  const { type, version } = value;
  if (type === "transcript" && typeof version === "number" && version !== 2) {
    throw new ChatError("VERSION", `cannot read transcript of version ${version}, expected 2`, {
      hint: "a newer securechat may know it",
    });
  }
  const header = parseShape(HEADER, value, "transcript");
  const { session, log, size, peaks, chain, server } = header;
  if (session !== log) return header;
  const isServers = chain.length === server.length &&
    chain.every((der, index) => der.toBase64() === server[index]?.toBase64());
  if (isServers && size === 0 && peaks.length === 0) return header;
  const text = "cannot read transcript: a server's own begins at entry 0, with its own chain";
  throw new ChatError("FORMAT", text);
}

/**
 * Reads the last line.
 *
 * @param bytes The line.
 * @returns What it says.
 * @throws {ChatError} FORMAT if it is not an end.
 */
export function parseRoomEnd(bytes: Uint8Array): RoomEnd {
  return parseShape(END, decodeCanonicalJson(bytes, LINE_MAX_BYTES), "end");
}
