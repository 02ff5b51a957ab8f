/**
 * The open chat of protocol 1: signed messages both ways, and the receipts at its end
 * (PROTOCOL-1, phases 5 and 6). Client and server run the same machine.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { decryptEcb, encryptEcb } from "../../crypto/aes_ecb.ts";
import type { SigningKey } from "../../crypto/signature.ts";
import { asChatError, ChatError, ERRORS } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { CHAT_BODY_MAX_BYTES } from "../frame.ts";
import type { Input, MessageRecord, Output, Receipt, Session, SessionEvent } from "../session.ts";
import {
  decodeReceipt,
  encodeReceipt,
  signMessage,
  signReceipt,
  verifyMessage,
  verifyReceipt,
} from "./evidence.ts";
import { decodeUtf8 } from "./json.ts";
import { type Message, messageFrame, parseMessage } from "./messages.ts";
import { ended, misused, output, statusFrame } from "./output.ts";
import { peerRefusal } from "./peer_status.ts";

/** Largest text of one message, bytes: its base64 and its signature fit the frame. */
const TEXT_MAX_BYTES = 131_072;

/** Refused frames and statuses in a row after which the peer is let go: each costs this side work. */
const REFUSALS_MAX = 100;

/** What a channel is made of; it does not change while it is open. */
export interface ChannelKeys {
  readonly role: Receipt["peer"];
  readonly sessionKey: Uint8Array;
  readonly signingKey: SigningKey;
  readonly peer: Certificate;
}

interface ChannelState {
  /** Number of the last message sent, 0 before the first. */
  readonly sent: number;
  /** Number of the last message accepted. */
  readonly accepted: number;
  /** Frames refused since the last accepted one. */
  readonly refusals: number;
  /** This side's receipt is out: nothing more is said or accepted. */
  readonly left: boolean;
  /** The peer's receipt is here: what it says after it is covered by nothing. */
  readonly peerLeft: boolean;
}

const encoder = new TextEncoder();

/**
 * A channel at its beginning.
 *
 * @param keys The session key, this side's signing key, the peer's certificate.
 * @returns The session.
 */
export function openChannel(keys: ChannelKeys): Session {
  return channel(keys, { sent: 0, accepted: 0, refusals: 0, left: false, peerLeft: false });
}

function channel(keys: ChannelKeys, state: ChannelState): Session {
  return {
    patience: "open",
    maxBodyBytes: CHAT_BODY_MAX_BYTES,
    maxTextBytes: TEXT_MAX_BYTES,
    step: (input) => step(keys, state, input),
  };
}

async function step(keys: ChannelKeys, state: ChannelState, input: Input): Promise<Output> {
  switch (input.kind) {
    case "frame":
      return takeFrame(keys, state, input.body);
    case "say":
      return await say(keys, state, input);
    case "leave":
      return await leave(keys, state, input);
    case "abort":
      return ended(input.error, [statusFrame(input.error)]);
    default:
      return misused(input, "open");
  }
}

/** Signs several messages at once: signing runs beside the event loop, on every core. */
async function say(
  keys: ChannelKeys,
  state: ChannelState,
  { texts, nowMs }: Extract<Input, { kind: "say" }>,
): Promise<Output> {
  if (state.left) return output(channel(keys, state));
  const records = await Promise.all(texts.map(async (text, index): Promise<MessageRecord> => {
    const ct = encryptEcb(keys.sessionKey, encoder.encode(text)).toBase64();
    const message = { seqno: state.sent + 1 + index, ts: nowMs, ct };
    const sig = await signMessage(keys.signingKey, message);
    return { ...message, sig, peerFingerprint: keys.peer.fingerprint };
  }));
  return output(channel(keys, { ...state, sent: state.sent + texts.length }), {
    record: records,
    send: records.map(({ seqno, ts, ct, sig }) =>
      messageFrame({ type: "msg", seqno, ts, ct, sig })
    ),
    events: records.map(({ seqno, ts }, index): SessionEvent => ({
      kind: "said",
      author: "self",
      seqno,
      ts,
      text: texts[index] ?? "",
    })),
  });
}

async function leave(
  keys: ChannelKeys,
  state: ChannelState,
  { summary }: Extract<Input, { kind: "leave" }>,
): Promise<Output> {
  if (state.left) return output(channel(keys, state));
  const receipt = await signReceipt(keys.signingKey, keys.role, summary);
  return output(channel(keys, { ...state, left: true }), {
    send: [messageFrame(encodeReceipt(receipt))],
    events: [{ kind: "receipt_made", receipt }],
  });
}

function takeFrame(keys: ChannelKeys, state: ChannelState, body: Uint8Array): Output {
  try {
    const message = parseMessage(body, ["msg", "receipt", "status"]);
    if (message.type === "msg") return takeMessage(keys, state, message);
    if (message.type === "receipt") return takeReceipt(keys, state, decodeReceipt(message));
    return takeStatus(keys, state, message);
  } catch (thrown) {
    return refuse(keys, state, asChatError(thrown));
  }
}

/** A status is shown and costs its sender nothing: it counts like a refused frame. */
function takeStatus(keys: ChannelKeys, state: ChannelState, status: Message<"status">): Output {
  if (status.status === ERRORS.REVOKED.wire) {
    const hint = "have a new certificate issued by your CA; the transcript keeps what was said";
    return stopped(keys, state, peerRefusal(status, { code: "REVOKED", hint }));
  }
  if (status.status === ERRORS.REMOVED.wire) {
    return stopped(keys, state, peerRefusal(status, { code: "REMOVED" }));
  }
  const refusals = state.refusals + 1;
  if (refusals > REFUSALS_MAX) throw new ChatError("FORMAT", "cannot go on: too many statuses");
  const told = { status: status.status, message: status.message ?? "" };
  return output(channel(keys, { ...state, refusals }), { events: [{ kind: "told", ...told }] });
}

/**
 * PROTOCOL-1 phase 5: number, then signature, then text. The counter moves only when all three are
 * right, so a forged number stops nobody.
 */
function takeMessage(keys: ChannelKeys, state: ChannelState, message: Message<"msg">): Output {
  const { seqno, ts, ct, sig } = message;
  if (state.left || state.peerLeft) return output(channel(keys, state));
  if (seqno <= state.accepted) {
    throw new ChatError(
      "REPLAY",
      `cannot accept message ${seqno}: expected a number above ${state.accepted}`,
    );
  }
  if (!verifyMessage(keys.peer.key, message)) {
    throw new ChatError(
      "SIG_FAIL",
      `cannot accept message ${seqno}: its signature is not by "${keys.peer.commonName}"`,
    );
  }
  requireLivingCertificate(keys.peer, message);
  const text = decodeUtf8(decryptEcb(keys.sessionKey, decodeBase64(ct, "ct")));
  return output(channel(keys, { ...state, accepted: seqno, refusals: 0 }), {
    record: [{ seqno, ts, ct, sig, peerFingerprint: keys.peer.fingerprint }],
    events: [{ kind: "said", author: "peer", seqno, ts, text }],
  });
}

/**
 * A message dated outside of its author's certificate would make this side's honest transcript
 * INVALID for ever: it is not taken in.
 */
function requireLivingCertificate(peer: Certificate, { seqno, ts }: Message<"msg">): void {
  if (ts >= peer.notBefore.getTime() && ts <= peer.notAfter.getTime()) return;
  throw new ChatError(
    "BAD_CERT",
    `cannot accept message ${seqno}: its time is outside the life of its author's certificate`,
    { hint: "its author's clock is wrong, or the certificate has expired: issue a new one" },
  );
}

/** The end, by this side's decision: the session lives on for the receipt that its driver asks for. */
function stopped(keys: ChannelKeys, state: ChannelState, error: ChatError): Output {
  return output(channel(keys, state), { events: [{ kind: "ended", error }] });
}

function takeReceipt(keys: ChannelKeys, state: ChannelState, receipt: Receipt): Output {
  const error = receiptError(keys, receipt);
  const event: SessionEvent = error === undefined
    ? { kind: "peer_left", receipt }
    : { kind: "peer_left", receipt, error };
  return output(channel(keys, { ...state, peerLeft: true }), { events: [event] });
}

function receiptError(keys: ChannelKeys, receipt: Receipt): ChatError | undefined {
  if (receipt.peer === keys.role) {
    return new ChatError(
      "SIG_FAIL",
      `cannot accept receipt: it is of this side, a ${receipt.peer}`,
    );
  }
  if (verifyReceipt(keys.peer.key, receipt)) return undefined;
  return new ChatError(
    "SIG_FAIL",
    `cannot accept receipt: its signature is not by "${keys.peer.commonName}"`,
  );
}

function refuse(keys: ChannelKeys, state: ChannelState, error: ChatError): Output {
  const refusals = state.refusals + 1;
  if (refusals > REFUSALS_MAX) return ended(error, [statusFrame(error)]);
  const message = error.code === "REPLAY" || error.code === "SIG_FAIL"
    ? ERRORS[error.code].hint
    : ERRORS[error.code].wire;
  return output(channel(keys, { ...state, refusals }), {
    send: [messageFrame({ type: "status", status: ERRORS[error.code].wire, message })],
    events: [{ kind: "refused", error }],
  });
}
