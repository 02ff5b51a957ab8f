/**
 * The server's side of protocol 1: a session for each client, joined into a room with the operator.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError, type ErrorCode } from "../errors.ts";
import type { Identity } from "../pki/identity.ts";
import type { Input, Session, SessionEvent } from "../protocol/session.ts";
import type { AccountStore } from "../store/accounts.ts";
import { LoginThrottle } from "../store/login_throttle.ts";
import { Accounts } from "./accounts.ts";
import type { Place } from "./admission.ts";
import { eventLog } from "./event_log.ts";
import { Outcome } from "./outcome.ts";
import { Connection } from "./connection.ts";
import type { Arrival, Hall } from "./hall.ts";
import type { Limits } from "./limits.ts";
import { type Member, memberName } from "./member.ts";
import type { OperatorBook } from "./operator/book.ts";
import { type RecordingOptions, startRecording } from "./recording.ts";
import { relayedText } from "./relay.ts";
import { type RevocationLookup, revokedError } from "./revoked.ts";
import type { ServerEvent } from "./server_event.ts";
import { within } from "./within.ts";

/** Sessions get this long for their goodbyes when the server stops, ms: the time of a receipt. */
const STOP_MS = 3_300;

const log = eventLog("server");

/** What protocol 1 needs of a server. */
export interface ClassicOptions extends RecordingOptions {
  readonly identity: Identity;
  /** A new server session, before its first input. */
  newSession(): Session;
  readonly store: AccountStore;
  /** Secret behind the salts of addresses without an account, 32 bytes. */
  readonly saltSecret: Uint8Array;
  /** Clients also see each other's messages. */
  readonly relay: boolean;
}

/** What every hall needs. */
export interface HallOptions {
  readonly limits: Limits;
  readonly revocationOf: RevocationLookup;
  /** What the operator has decided: who is banned or muted, and what is shown to newcomers. */
  readonly book?: OperatorBook;
  now(): number;
  /** Told of everything, in order within a session. Must not throw. */
  onEvent(event: ServerEvent): void;
}

/** A client of protocol 1. */
interface ClassicMember extends Member {
  readonly connection: Connection;
}

/** See the module. */
export class ClassicHall implements Hall {
  readonly #options: ClassicOptions & HallOptions;
  readonly #accounts: Accounts;
  readonly #members = new Map<number, ClassicMember>();

  /** @param options Identity, accounts, files; limits, clock and watcher. */
  constructor(options: ClassicOptions & HallOptions) {
    this.#options = options;
    this.#accounts = new Accounts({
      store: options.store,
      throttle: new LoginThrottle(),
      saltSecret: options.saltSecret,
    });
  }

  /** See {@link Hall}. */
  members(): readonly ClassicMember[] {
    return [...this.#members.values()].filter((member) => member.connection.isOpen);
  }

  /** See {@link Hall}. */
  sessions(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** See {@link Hall}. */
  say(text: string, to?: string): number {
    const wanted = to?.toLowerCase();
    const receivers = this.members().filter((member) =>
      wanted === undefined || memberName(member).toLowerCase() === wanted
    );
    for (const member of receivers) sayTo(member, text);
    return receivers.length;
  }

  /** See {@link Hall}. */
  endRevoked(): number {
    const { revocationOf } = this.#options;
    const ending = [...this.#members.values()].flatMap(({ certificate, connection }) => {
      const error = revokedError(certificate, revocationOf);
      return error === undefined ? [] : [connection.abort(error)];
    });
    return ending.length;
  }

  /** See {@link Hall}. */
  async stop(): Promise<void> {
    const leaving = [...this.#members.values()].map((member) => member.connection.leave());
    if (await within(Promise.all(leaving), STOP_MS)) return;
    const error = new ChatError("TIMEOUT", "cannot wait for the receipt: the server stops");
    for (const member of this.#members.values()) void member.connection.abort(error);
  }

  /** See {@link Hall}. */
  async serve({ id, address, stream, first, place }: Arrival): Promise<ErrorCode | undefined> {
    const { newSession, limits, now } = this.#options;
    const outcome = new Outcome();
    const connection = new Connection({
      conn: stream.conn,
      reader: stream.release([first]),
      session: newSession(),
      limits,
      isServer: true,
      now,
      readyForMore: () => this.#heard(member),
      openTranscript: (sessionKey) => this.#record(member, sessionKey),
      onEvent: (event) => {
        outcome.note(event);
        return this.#react(member, event, place);
      },
    });
    const member: ClassicMember = { id, protocol: 1, address, connection, sinceMs: now() };
    this.#members.set(id, member);
    await connection.run();
    this.#members.delete(id);
    return outcome.code;
  }

  /** An author of a relaying server waits for those who hear it: signing takes longer than saying. */
  async #heard(author: Member): Promise<void> {
    if (!this.#options.relay) return;
    const others = this.members().filter((member) => member !== author);
    await Promise.all(others.map((member) => member.connection.room()));
  }

  async #record(member: Member, sessionKey: Uint8Array): ReturnType<typeof startRecording> {
    const { identity, now } = this.#options;
    if (member.certificate === undefined) {
      throw new ChatError("INTERNAL", "no certificate is known");
    }
    return await startRecording(this.#options, {
      role: "server",
      client: member.certificate,
      server: identity.certificate,
      startedMs: now(),
      sessionKey,
    });
  }

  async #react(
    member: ClassicMember,
    event: SessionEvent,
    place: Place,
  ): Promise<Input | undefined> {
    const { relay, revocationOf, book, now } = this.#options;
    if (event.kind === "peer") member.certificate = event.certificate;
    if (event.kind === "signed_in") {
      member.username = event.username;
      member.email = event.email;
      place.release();
    }
    this.#options.onEvent({ kind: "session", member, event });
    // The list may have changed while the certificate was being judged by the one before.
    const error = event.kind === "peer"
      ? revokedError(event.certificate, revocationOf) ?? book?.refusalOf(event.certificate)
      : undefined;
    if (error !== undefined) return { kind: "abort", error };
    if (event.kind === "opened") this.#greet(member);
    if (event.kind === "said" && event.author === "peer" && relay) this.#relay(member, event.text);
    if (event.kind !== "account_requested") return undefined;
    const address = member.address.replace(/:\d+$/, "");
    const answer = await this.#accounts.answer(event.request, { address, nowMs: now() });
    return { kind: "account_answer", answer };
  }

  #greet(member: ClassicMember): void {
    const motd = this.#options.book?.motd ?? "";
    // The connection is open once this event has been told.
    if (motd !== "") queueMicrotask(() => sayTo(member, motd));
  }

  /** What a muted author says reaches the operator alone; who says it is told so. */
  #relay(author: ClassicMember, text: string): void {
    const limit = author.certificate && this.#options.book?.limitOf(author.certificate);
    if (limit !== undefined) return sayTo(author, `${limit.message}: nobody else reads this`);
    const words = relayedText(memberName(author), text);
    for (const member of this.members()) {
      if (member !== author) sayTo(member, words);
    }
  }
}

/** A peer too slow for its queue ends its own session and nobody else's; too long words reach nobody. */
function sayTo(member: ClassicMember, text: string): void {
  try {
    member.connection.say(text);
  } catch (thrown) {
    const reason = asChatError(thrown).message;
    log.warn("session.unsent", "cannot send to {name}: {reason}", {
      name: printable(memberName(member)),
      reason,
    });
  }
}
