/**
 * One client of a server: its connection and who it is known to be.
 *
 * @module
 */

import type { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";

/** A client's connection, whatever it speaks. */
export interface MemberLink {
  /** Whether the chat is open: words can be said. */
  readonly isOpen: boolean;
  /** Names of the rooms that it is in, where its protocol has rooms. */
  readonly rooms?: readonly string[];
  /** Ends it in order, within a bounded time. */
  leave(): Promise<void>;
  /**
   * Ends it at the operator's wish, within a bounded time: its rooms' logs say so, and stay whole. Where
   * its protocol has no rooms, {@link abort} does all there is to do.
   */
  remove?(error: ChatError): Promise<void>;
  /** Ends it at once: the peer is told the code where that is possible. */
  abort(error: ChatError): Promise<void>;
}

/** A client of the server, from its first byte to its last. */
export interface Member {
  /** Number of the connection, from 1. */
  readonly id: number;
  /** Known with its first frame. */
  readonly protocol?: 1 | 2;
  /** IP address and port, for people. */
  readonly address: string;
  readonly connection: MemberLink;
  readonly sinceMs: number;
  /** Known once its certificate has been accepted. */
  certificate?: Certificate;
  /** Known once it has signed in. */
  username?: string;
  email?: string;
}

/**
 * What a member is called before and after signing in.
 *
 * @param member The member.
 * @returns Its username, its certificate's name, or its address: foreign text.
 */
export function memberName(member: Pick<Member, "username" | "certificate" | "address">): string {
  return member.username ?? member.certificate?.commonName ?? member.address;
}
