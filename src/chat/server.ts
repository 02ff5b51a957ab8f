/**
 * The chat server: accepts connections, runs a session on each, and joins them into a room with the
 * operator.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { printable } from "../bytes/printable.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Identity } from "../pki/identity.ts";
import type { Revocation } from "../pki/revocations.ts";
import type { Input, Session, SessionEvent } from "../protocol/session.ts";
import type { AccountStore } from "../store/accounts.ts";
import { LoginThrottle } from "../store/login_throttle.ts";
import { Accounts } from "./accounts.ts";
import { Admission, type Place } from "./admission.ts";
import { closeSocket } from "./close_socket.ts";
import { Connection } from "./connection.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { type Member, memberName } from "./member.ts";
import { Outbox } from "./outbox.ts";
import { type RecordingOptions, startRecording } from "./recording.ts";
import { relayedText } from "./relay.ts";
import { within } from "./within.ts";

/** Sessions get this long for their goodbyes when the server stops, ms: the time of a receipt. */
const STOP_MS = 3_300;

/** Sessions that are cut get this long more, ms: a stop takes less than 5 s. */
const CUT_MS = 1_400;

/** A peer that is turned away reads that within this time, ms, or not at all. */
const TURN_AWAY_MS = 1_000;

const log = getLogger(["securechat", "server"]);

/** What a server tells whoever watches it. */
export type ServerEvent =
  | { readonly kind: "connected"; readonly member: Member }
  | { readonly kind: "turned_away"; readonly address: string }
  | { readonly kind: "session"; readonly member: Member; readonly event: SessionEvent };

/** What a server is made of. */
export interface ServerOptions extends RecordingOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly identity: Identity;
  /** A new server session, before its first input: of the protocol that is served. */
  newSession(): Session;
  /** Looks a client's certificate up in the revocation list in force. */
  revocationOf(certificate: Certificate): Revocation | undefined;
  readonly store: AccountStore;
  /** Secret behind the salts of addresses without an account, 32 bytes. */
  readonly saltSecret: Uint8Array;
  /** Clients also see each other's messages. */
  readonly relay: boolean;
  readonly limits?: Limits;
  now(): number;
  /** Told of everything, in order within a session. Must not throw. */
  onEvent(event: ServerEvent): void;
}

/** A running server. */
export class ChatServer {
  readonly #options: ServerOptions;
  readonly #limits: Limits;
  readonly #listener: Deno.TcpListener;
  readonly #accounts: Accounts;
  readonly #admission: Admission;
  readonly #members = new Map<number, Member>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #lastId = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: ServerOptions, listener: Deno.TcpListener) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#listener = listener;
    this.#admission = new Admission(this.#limits);
    this.#accounts = new Accounts({
      store: options.store,
      throttle: new LoginThrottle(),
      saltSecret: options.saltSecret,
    });
    this.#accepting = this.#accept();
  }

  /**
   * Starts to listen.
   *
   * @param options Address, identity, accounts, watcher.
   * @returns The running server.
   * @throws {ChatError} ADDRESS if the port is taken or the address is not of this machine.
   */
  static listen(options: ServerOptions): ChatServer {
    const { host, port } = options;
    try {
      return new ChatServer(options, Deno.listen({ hostname: host, port }));
    } catch (thrown) {
      throw addressError(thrown, `${host}:${port}`);
    }
  }

  /** Where it listens; the port is the real one. */
  get address(): { readonly host: string; readonly port: number } {
    const { hostname, port } = this.#listener.addr;
    return { host: hostname, port };
  }

  /** Who can be talked to, in order of arrival. */
  members(): readonly Member[] {
    return [...this.#members.values()].filter((member) => member.connection.isOpen);
  }

  /**
   * Says something as the operator.
   *
   * @param text The words.
   * @param to A username; without it everybody.
   * @returns To how many it goes.
   */
  say(text: string, to?: string): number {
    const wanted = to?.toLowerCase();
    const receivers = this.members().filter((member) =>
      wanted === undefined || memberName(member).toLowerCase() === wanted
    );
    for (const member of receivers) sayTo(member, text);
    return receivers.length;
  }

  /**
   * Ends the sessions of revoked certificates: to be called when the list has changed.
   *
   * @returns How many sessions end.
   */
  endRevoked(): number {
    const ending = [...this.#members.values()].flatMap(({ certificate, connection }) => {
      const error = certificate && this.#revokedError(certificate);
      return error === undefined ? [] : [connection.abort(error)];
    });
    return ending.length;
  }

  /** Stops: receipts to all, transcripts closed; whoever does not answer in time is cut off. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#listener.close();
    this.#admission.close();
    await this.#accepting;
    const leaving = [...this.#members.values()].map((member) => member.connection.leave());
    if (!await within(Promise.all(leaving), STOP_MS)) {
      const error = new ChatError("TIMEOUT", "cannot wait for the receipt: the server stops");
      for (const member of this.#members.values()) void member.connection.abort(error);
    }
    await within(Promise.all(this.#running), CUT_MS);
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        const conn = await this.#listener.accept();
        const serving = this.#serve(conn).catch(logFault).finally(() =>
          this.#running.delete(serving)
        );
        this.#running.add(serving);
      } catch (thrown) {
        if (thrown instanceof Deno.errors.BadResource) return;
        // Out of file descriptors, or a peer that was gone at once: others may still come.
        log.warn("cannot accept a connection: {reason}", { reason: asChatError(thrown).message });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const { hostname, port } = conn.remoteAddr;
    const place = await this.#admission.enter(hostname);
    if (place === undefined) return await this.#turnAway(conn, hostname);
    const id = ++this.#lastId;
    const connection = new Connection({
      conn,
      session: this.#options.newSession(),
      limits: this.#limits,
      isServer: true,
      now: this.#options.now,
      readyForMore: () => this.#heard(member),
      openTranscript: (sessionKey) => this.#record(member, sessionKey),
      onEvent: (event) => this.#react(member, event, place),
    });
    const sinceMs = this.#options.now();
    const member: Member = { id, address: `${hostname}:${port}`, connection, sinceMs };
    this.#members.set(id, member);
    this.#options.onEvent({ kind: "connected", member });
    await connection.run();
    place.release();
    this.#members.delete(id);
  }

  /** An author of a relaying server waits for those who hear it: signing takes longer than saying. */
  async #heard(author: Member): Promise<void> {
    if (!this.#options.relay) return;
    const others = this.members().filter((member) => member !== author);
    await Promise.all(others.map((member) => member.connection.room()));
  }

  async #turnAway(conn: Deno.TcpConn, address: string): Promise<void> {
    log.warn("turned away {address}: too many connections that have not signed in", { address });
    this.#options.onEvent({ kind: "turned_away", address });
    const error = new ChatError("BUSY", "too many connections that have not signed in");
    const { send } = await this.#options.newSession().step({ kind: "abort", error });
    const outbox = new Outbox(conn, { limits: this.#limits, onStall: () => undefined });
    for (const frame of send) outbox.push(frame);
    const isDrained = await within(outbox.drained(), TURN_AWAY_MS);
    await closeSocket(conn, { isDrained });
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

  async #react(member: Member, event: SessionEvent, place: Place): Promise<Input | undefined> {
    if (event.kind === "peer") member.certificate = event.certificate;
    // The list may have changed while the certificate was being judged by the one before.
    const revoked = event.kind === "peer" ? this.#revokedError(event.certificate) : undefined;
    if (event.kind === "signed_in") {
      member.username = event.username;
      member.email = event.email;
      place.release();
    }
    this.#options.onEvent({ kind: "session", member, event });
    if (revoked !== undefined) return { kind: "abort", error: revoked };
    if (event.kind === "said" && event.author === "peer" && this.#options.relay) {
      this.#relay(member, event.text);
    }
    if (event.kind !== "account_requested") return undefined;
    const address = member.address.replace(/:\d+$/, "");
    const nowMs = this.#options.now();
    const answer = await this.#accounts.answer(event.request, { address, nowMs });
    return { kind: "account_answer", answer };
  }

  #revokedError(certificate: Certificate): ChatError | undefined {
    const revocation = this.#options.revocationOf(certificate);
    if (revocation === undefined) return undefined;
    const who = printable(certificate.commonName);
    const when = new Date(revocation.revokedMs).toISOString();
    const text = `the certificate of "${who}" was revoked ${when}: ${revocation.reason}`;
    return new ChatError("REVOKED", text);
  }

  #relay(author: Member, text: string): void {
    const words = relayedText(memberName(author), text);
    for (const member of this.members()) {
      if (member !== author) sayTo(member, words);
    }
  }
}

/** A peer too slow for its queue ends its own session and nobody else's; too long words reach nobody. */
function sayTo(member: Member, text: string): void {
  try {
    member.connection.say(text);
  } catch (thrown) {
    const reason = asChatError(thrown).message;
    log.warn("cannot send to {name}: {reason}", { name: printable(memberName(member)), reason });
  }
}

/** Nothing that happens to one connection may reach the others. */
function logFault(thrown: unknown): void {
  log.error("a connection failed: {reason}", { reason: asChatError(thrown).message });
}

function addressError(thrown: unknown, address: string): ChatError {
  const cause = { cause: thrown };
  if (thrown instanceof Deno.errors.AddrInUse) {
    return new ChatError("ADDRESS", `cannot listen on ${address}: the port is in use`, cause);
  }
  if (thrown instanceof Deno.errors.PermissionDenied) {
    return new ChatError("ADDRESS", `cannot listen on ${address}: permission denied`, {
      ...cause,
      hint: "ports below 1024 need privileges: choose another with --port",
    });
  }
  return new ChatError("ADDRESS", `cannot listen on ${address}: not an address of this machine`, {
    ...cause,
    hint: "listen on 127.0.0.1, on 0.0.0.0, or on an address that this machine has: --host",
  });
}
