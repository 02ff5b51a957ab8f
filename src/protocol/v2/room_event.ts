/**
 * What entries mean to the person who reads them (PROTOCOL-2 §6).
 *
 * @module
 */

import type { PeerIdentity } from "./peer_identity.ts";
import type { Statement } from "./statement.ts";

const KINDS = {
  say: "said",
  open: "opened",
  join: "joined",
  leave: "left",
  remove: "removed",
  notice: "notice",
} as const;

/** An entry, checked. Text is as it was signed: control characters are made visible where it is shown. */
export interface RoomEvent {
  readonly kind: (typeof KINDS)[Statement["kind"]];
  /** Its place in the log. */
  readonly index: number;
  /** The author's name: the server's for all kinds but "said". */
  readonly author: string;
  readonly fingerprint: string;
  /** For "joined", "left" and "removed" the fingerprint of whom. */
  readonly text: string;
  /** When its author signed it, by his clock. */
  readonly ts: number;
  /** Whether it is what this session said. */
  readonly isOwn: boolean;
  /** The author's session, and the statement's number in it. */
  readonly session: string;
  readonly seq: number;
}

/**
 * Tells what an entry means.
 *
 * @param statement What it states.
 * @param entry Its place, its author, and whether this session said it.
 * @returns The event.
 */
export function roomEvent(
  { kind, text, ts, session, seq }: Statement,
  entry: { readonly index: number; readonly author: PeerIdentity; readonly isOwn: boolean },
): RoomEvent {
  const { index, author: { name, fingerprint }, isOwn } = entry;
  return { kind: KINDS[kind], index, author: name, fingerprint, text, ts, isOwn, session, seq };
}
