/**
 * Whose chains a client was shown, and its questions who is in a room.
 *
 * @module
 */

import { LISTED_MAX } from "../protocol/v2/fields.ts";
import { encodeMessage } from "../protocol/v2/messages.ts";
import type { PeerIdentity } from "../protocol/v2/peer_identity.ts";

/** A question is answered no sooner than so long after the last answer, ms. */
const EVERY_MS = 1_000;

/** What it needs of a session. */
export interface ShownPeopleOptions {
  /** Queues an object for the client. */
  send(object: Uint8Array): void;
  /** Who is in a room of the session; nobody when it was left. */
  peopleOf(room: string): readonly PeerIdentity[];
}

/**
 * See the module. An answer may be long, so whoever asks all the time is answered once a second, for all
 * rooms that he has asked about.
 */
export class ShownPeople implements Disposable {
  /** Fingerprints of those whose chains the client has. */
  readonly shown = new Set<string>();
  readonly #options: ShownPeopleOptions;
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = -Infinity;

  /** @param options The session. */
  constructor(options: ShownPeopleOptions) {
    this.#options = options;
  }

  /** Sends somebody's chain, unless the client has it. */
  show({ fingerprint, chain }: PeerIdentity): void {
    if (this.shown.has(fingerprint)) return;
    this.shown.add(fingerprint);
    this.#options.send(encodeMessage({ type: "peer", chain }));
  }

  /**
   * The client asks who is in a room.
   *
   * @param room One that it is in, so these are few.
   */
  ask(room: string): void {
    this.#asked.add(room);
    const waitMs = this.#lastMs + EVERY_MS - performance.now();
    if (waitMs <= 0) this.#answer();
    else this.#timer ??= setTimeout(() => this.#answer(), waitMs);
  }

  #answer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastMs = performance.now();
    const rooms = [...this.#asked];
    this.#asked.clear();
    for (const room of rooms) this.#list(room);
  }

  /** Those whose chains the client lacks are shown first. */
  #list(room: string): void {
    const peers = this.#options.peopleOf(room);
    const listed = peers.slice(0, LISTED_MAX);
    for (const peer of listed) this.show(peer);
    const members = listed.map(({ fingerprint }) => fingerprint);
    const more = peers.length - listed.length;
    this.#options.send(encodeMessage({ type: "members", members, more, room }));
  }

  /** Answers nothing more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#asked.clear();
  }
}
