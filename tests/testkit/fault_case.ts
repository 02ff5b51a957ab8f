/**
 * A frame with one fault, and what a receiver must do about it.
 *
 * @module
 */

import { encodeFrame } from "../../src/protocol/frame.ts";
import { deriveStreams, hashAuth } from "../../src/protocol/v2/key_schedule.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import type { FixedHandshake, HandshakeMessage } from "./fixed_handshake.ts";

/** How the other side hears of a refusal. */
export type Told = "plain" | "c hs" | "s ap" | "nothing";

/** The case, as its file has it. */
export interface FaultCase {
  /** What is wrong, in a few words. */
  readonly name: string;
  /** The section that is broken; "JSON" is the paragraph before section 1. */
  readonly section: "JSON" | "1" | "2" | "2.1" | "3" | "4";
  /** The message that the receiver waits for. */
  readonly waits: HandshakeMessage;
  /** Header and body, hex. */
  readonly frame: string;
  /** A code; "more" or "done" where it must be accepted. */
  readonly expect: string;
  readonly told: Told;
  /** The frame that tells it, hex; empty for nothing. */
  readonly reply: string;
}

/** A case before it is written. */
export interface FaultDraft {
  readonly name: string;
  readonly section: FaultCase["section"];
  readonly body: Uint8Array;
  readonly expect: string;
  readonly told?: Told;
  /** The auth object by which "s ap" is keyed. */
  readonly auth?: Uint8Array;
}

/**
 * Writes a case, with the answer that follows from it.
 *
 * @param shake The handshake.
 * @param waits The message that the receiver waits for.
 * @param draft The fault.
 * @returns The case.
 */
export async function faultCase(
  shake: FixedHandshake,
  waits: HandshakeMessage,
  draft: FaultDraft,
): Promise<FaultCase> {
  const { name, section, body, expect, told = "nothing" } = draft;
  const reply = await replyTo(shake, draft);
  return { name, section, waits, frame: encodeFrame(body).toHex(), expect, told, reply };
}

async function replyTo(
  shake: FixedHandshake,
  { expect, told, auth = new Uint8Array() }: FaultDraft,
): Promise<string> {
  if (told === undefined || told === "nothing") return "";
  const status = encodeMessage({ type: "status", status: expect, message: expect });
  if (told === "plain") return encodeFrame(status).toHex();
  if (told === "c hs") return encodeFrame(await shake.seal("c hs", status)).toHex();
  const { h1 } = await shake.transcript();
  const { server } = deriveStreams(await shake.secret(), "application", hashAuth(h1, auth));
  return new RecordSealer(server).seal([status]).toHex();
}
