/**
 * What a flipped bit must lead to, by where it is: told from the frames' layout alone, without a machine.
 *
 * @module
 */

import { HANDSHAKE_BODY_MAX_BYTES } from "../../src/protocol/frame.ts";
import type { Flip, FlipOutcome } from "./bit_flips.ts";
import type { FixedHandshake } from "./fixed_handshake.ts";

const HEADER_BITS = 32;
const BASE64 = /^[A-Za-z0-9+/]$/;
const ML_KEM_Q = 3329; // FIPS 203 §2.4
const KEY_VECTOR_BYTES = 1152; // FIPS 203 §7.2: three polynomials of 384 bytes, then 32 bytes of seed
const NEVER = "-";

/**
 * Says what must come of a flip.
 *
 * @param shake The handshake.
 * @param flip The bit.
 * @returns What both sides must end in.
 */
export function expectedOutcome(shake: FixedHandshake, flip: Flip): FlipOutcome {
  const body = shake.bodies[flip.message];
  switch (flip.message) {
    case "client_hello":
      return expectedOfClientHello(body, flip.bit);
    case "server_hello": {
      const client = expectedOfServerHello(body, flip.bit, shake.bodies.server_auth.length);
      // A client without keys cannot tell; one with other keys cannot be read.
      return { client, server: client === "TAMPERED" ? "TAMPERED" : NEVER };
    }
    case "client_auth":
      return { server: expectedOfRecord(body, flip.bit), client: NEVER };
    case "server_auth": {
      const client = expectedOfRecord(body, flip.bit);
      return { client, server: client === "TAMPERED" ? "TAMPERED" : NEVER };
    }
    case "ready":
      return { client: expectedOfRecord(body, flip.bit), server: NEVER };
  }
}

/** What a changed length alone does; nothing where the length is whole. */
function expectedOfHeader(length: number, bit: number, behind = 0): string | undefined {
  if (bit >= HEADER_BITS) return undefined;
  const changed = (length ^ (0x80000000 >>> bit)) >>> 0;
  if (changed > HANDSHAKE_BODY_MAX_BYTES) return "FRAME_TOO_LARGE";
  return changed > length + behind ? "waits" : "cut";
}

function expectedOfRecord(body: Uint8Array, bit: number): string {
  const header = expectedOfHeader(body.length, bit);
  return header === undefined || header === "cut" ? "TAMPERED" : header;
}

/** Where a flip is in a hello. */
interface Place {
  readonly field: "mlkem" | "x25519" | "version" | "text";
  /** The character as it came, as one byte. */
  readonly was: string;
  readonly is: string;
  /** Of the field's first character. */
  readonly start: number;
  /** Of the character, from the field's start. */
  readonly offset: number;
  readonly value: string;
}

function placeOf(body: Uint8Array, bit: number): Place {
  const text = new TextDecoder().decode(body);
  const index = (bit - HEADER_BITS) >> 3;
  const byte = (body[index] ?? 0) ^ (0x80 >> (bit & 7));
  const at = { was: text.charAt(index), is: String.fromCharCode(byte) };
  for (
    const [field, pattern] of [
      ["mlkem", /"mlkem":"([^"]*)"/],
      ["x25519", /"x25519":"([^"]*)"/],
      ["version", /"version":(\d)/],
    ] as const
  ) {
    const found = pattern.exec(text);
    const value = found?.[1] ?? "";
    const start = (found?.index ?? 0) + (found?.[0].lastIndexOf(value) ?? 0);
    if (index >= start && index < start + value.length) {
      return { ...at, field, start, offset: index - start, value };
    }
  }
  return { ...at, field: "text", start: 0, offset: index, value: "" };
}

/** Whether a flip leaves a base64 value canonical: in the alphabet, and without stray bits at its end. */
function isStillBase64({ value, offset, is, was }: Place): boolean {
  if (was === "=" || !BASE64.test(is)) return false;
  if (value.charAt(offset + 1) !== "=") return true;
  const changed = value.slice(0, offset) + is + value.slice(offset + 1);
  return Uint8Array.fromBase64(changed).toBase64() === changed;
}

function expectedOfClientHello(body: Uint8Array, bit: number): FlipOutcome {
  const header = expectedOfHeader(body.length, bit);
  if (header === "cut") return { server: "FORMAT", client: "FORMAT" };
  if (header !== undefined) return { server: header, client: NEVER };
  const place = placeOf(body, bit);
  if (place.field === "version" && /^\d$/.test(place.is)) {
    return { server: "VERSION", client: NEVER };
  }
  if (place.field === "text" || place.field === "version" || !isStillBase64(place)) {
    return { server: "FORMAT", client: "FORMAT" };
  }
  if (place.field === "mlkem" && !isEncapsulationKey(place)) {
    return { server: "HANDSHAKE", client: "HANDSHAKE" };
  }
  // Both go on, with other transcripts: neither opens what the other seals.
  return { server: "TAMPERED", client: "TAMPERED" };
}

function expectedOfServerHello(body: Uint8Array, bit: number, behind: number): string {
  const header = expectedOfHeader(body.length, bit, behind + HEADER_BITS / 8);
  if (header !== undefined) return header === "cut" ? "FORMAT" : header;
  const place = placeOf(body, bit);
  const isShare = place.field === "mlkem" || place.field === "x25519";
  return isShare && isStillBase64(place) ? "TAMPERED" : "FORMAT";
}

/** FIPS 203 §7.2, modulus check: every 12-bit coefficient is below q. */
function isEncapsulationKey({ value, offset, is }: Place): boolean {
  const key = Uint8Array.fromBase64(value.slice(0, offset) + is + value.slice(offset + 1));
  for (let index = 0; index < KEY_VECTOR_BYTES; index += 3) {
    const [a = 0, b = 0, c = 0] = key.subarray(index, index + 3);
    const low = a | ((b & 0x0f) << 8);
    const high = (b >> 4) | (c << 4);
    if (low >= ML_KEM_Q || high >= ML_KEM_Q) return false;
  }
  return true;
}
