/**
 * The sessions of a room's file, from the server's first head for each to the final heads of both sides
 * (PROTOCOL-2 §7).
 *
 * @module
 */

import type { Head } from "../../protocol/v2/head.ts";
import type { Statement } from "../../protocol/v2/statement.ts";
import { refused } from "./line_error.ts";
import type { RoomSession } from "./room_report.ts";

/** A session. */
interface Session {
  readonly from: number;
  /** Size of joined's head. */
  readonly joinedSize: number;
  fingerprint?: string;
  serverFinal?: Head;
  clientFinal?: Head;
  headSize: number;
}

/** How often somebody came and went, as the server's lines tell. */
interface Visits {
  joins: number;
  ends: number;
}

/** See the module. */
export class FileSessions {
  readonly #sessions = new Map<string, Session>();
  readonly #visits = new Map<string, Visits>();

  /** How many there are. */
  get count(): number {
    return this.#sessions.size;
  }

  /**
   * Takes a head of the server for one session.
   *
   * @param head It.
   * @throws {ChatError} REPLAY for a second first head; HANDSHAKE after the final one; FORKED if the final
   * one begins elsewhere.
   */
  serverHead(head: Head): void {
    const session = this.#sessions.get(head.session);
    if (session === undefined) {
      if (head.final) throw refused("REPLAY", "a final head is for a session that never joined");
      const { from, size: joinedSize } = head;
      this.#sessions.set(head.session, { from, joinedSize, headSize: from });
      return;
    }
    if (session.serverFinal !== undefined) {
      throw refused("HANDSHAKE", "the server's last head for this session was final");
    }
    if (!head.final) throw refused("REPLAY", "a second head says that this session joined");
    if (head.from !== session.from) {
      throw refused("FORKED", `the final head is from ${head.from}, expected ${session.from}`);
    }
    session.serverFinal = head;
  }

  /**
   * Takes a head of a client.
   *
   * @param head It.
   * @throws {ChatError} REPLAY for a session that never joined, or is another's; HANDSHAKE out of turn;
   * FORKED if it does not continue the one before, or the final ones differ.
   */
  clientHead(head: Head): void {
    const session = this.#of(head.session, head.by);
    if (session.clientFinal !== undefined) {
      throw refused("HANDSHAKE", "this side's last head was final");
    }
    if (head.from !== session.from) {
      throw refused("FORKED", `the head is from entry ${head.from}, expected ${session.from}`);
    }
    if (head.size < session.headSize) {
      const text = `the head is over ${head.size} entries, expected at least ${session.headSize}`;
      throw refused("FORKED", text);
    }
    session.headSize = head.size;
    if (!head.final) return;
    const { serverFinal } = session;
    if (serverFinal === undefined) {
      throw refused("HANDSHAKE", "the head is final, expected the server's first");
    }
    if (head.size !== serverFinal.size || head.root !== serverFinal.root) {
      throw refused("FORKED", "the final heads of both sides differ");
    }
  }

  /**
   * Notes a client's final head as one that counts.
   *
   * @param head It, taken before.
   */
  close(head: Head): void {
    const session = this.#sessions.get(head.session);
    if (session !== undefined) session.clientFinal = head;
  }

  /**
   * Checks a client's statement against its session, in a file that has all sessions.
   *
   * @param statement It.
   * @returns The least size of its tree, if it is the session's first.
   * @throws {ChatError} REPLAY if the session never joined, is another's, or has ended.
   */
  statement({ session: name, author }: Statement): number {
    const session = this.#of(name, author);
    if (session.serverFinal === undefined) return session.from;
    throw refused("REPLAY", "the statement stands behind the final head of its session");
  }

  /**
   * Notes what the server says of somebody's coming and going.
   *
   * @param statement A line of the server.
   */
  visit({ kind, text }: Statement): void {
    if (kind !== "join" && kind !== "leave" && kind !== "remove") return;
    const visits = this.#visits.get(text) ?? { joins: 0, ends: 0 };
    if (kind === "join") visits.joins++;
    else visits.ends++;
    this.#visits.set(text, visits);
  }

  /**
   * A session, for the report.
   *
   * @param name Its name.
   * @returns What joined's head said, and whether the server has ended it.
   */
  find(name: string): Readonly<Session> | undefined {
    return this.#sessions.get(name);
  }

  /** All of them, in order of joining. */
  list(): readonly RoomSession[] {
    return [...this.#sessions].map((
      [session, { from, fingerprint, serverFinal, clientFinal }],
    ) => ({
      ...{ session, from, isClosed: clientFinal !== undefined },
      ...fingerprint === undefined ? {} : { fingerprint },
      ...serverFinal === undefined ? {} : { size: serverFinal.size },
    }));
  }

  /**
   * Fingerprints for which comings, goings and sessions that both sides have ended differ in number, in
   * a file that has all sessions: lines of one of them are missing.
   */
  uneven(): readonly string[] {
    const closed = new Map<string, number>();
    for (const { fingerprint, clientFinal } of this.#sessions.values()) {
      if (fingerprint === undefined || clientFinal === undefined) continue;
      closed.set(fingerprint, (closed.get(fingerprint) ?? 0) + 1);
    }
    const all = new Set([...this.#visits.keys(), ...closed.keys()]);
    return [...all].filter((fingerprint) => {
      const { joins, ends } = this.#visits.get(fingerprint) ?? { joins: 0, ends: 0 };
      return joins !== ends || joins !== (closed.get(fingerprint) ?? 0);
    });
  }

  #of(name: string, fingerprint: string): Session {
    const session = this.#sessions.get(name);
    if (session === undefined) throw refused("REPLAY", "it is of a session that never joined");
    session.fingerprint ??= fingerprint;
    if (session.fingerprint === fingerprint) return session;
    throw refused("REPLAY", "it is of a session that is somebody else's");
  }
}
