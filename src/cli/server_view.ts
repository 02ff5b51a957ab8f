/**
 * What the operator of a server sees: the panel, the phases of each session, the words.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { type Member, memberName } from "../chat/member.ts";
import { Seldom } from "../chat/seldom.ts";
import type { ChatServer, ServerEvent } from "../chat/server.ts";
import type { ChatError } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { ChatScreen } from "./chat_screen.ts";
import type { Io } from "./io.ts";
import { errorLine, progress } from "./report.ts";
import { paint } from "./style.ts";

/** What the panel tells. */
export interface Started {
  readonly server: ChatServer;
  /** The server's own certificate. */
  readonly identity: Certificate;
  readonly protocols: readonly number[];
  /** Of protocol 2. */
  readonly rooms: readonly string[];
  /** The CAs that are trusted. */
  readonly ca: string;
  /** The revocation list in force. */
  readonly revocations: string;
  /** Where the accounts are. */
  readonly accounts: string;
  readonly relay: boolean;
}

const RULE = "─".repeat(60);

/**
 * Shows a server's events to a person. A daemon has none: it says where it listens and what is
 * wrong, and never a word of the conversation, which would end up in the system's journal.
 */
export class ServerView {
  readonly #io: Io;
  readonly #isWatched: boolean;
  readonly #awaySeldom = new Seldom();
  #screen: ChatScreen | undefined;

  /** @param io The world; its standard output is written to. */
  constructor(io: Io) {
    this.#io = io;
    this.#isWatched = io.input.isTerminal || io.out.isTerminal;
  }

  /** From now on everything goes to a screen. */
  attach(screen: ChatScreen): void {
    this.#screen = screen;
  }

  /** The screen is about to close. */
  detach(): void {
    this.#screen = undefined;
  }

  /** The panel. */
  started({ server, identity, protocols, rooms, ca, revocations, accounts, relay }: Started): void {
    const { host, port } = server.address;
    if (!this.#isWatched) return progress(this.#io, `listening on ${host}:${port}`);
    const { commonName, notAfter, fingerprint } = identity;
    const spoken = protocols.map((protocol) => `securechat/${protocol}`).join(", ");
    this.#print([
      RULE,
      paint("  Server Started", { on: this.#io.out, as: "bold" }),
      RULE,
      `  Address      ${host}:${port}`,
      `  Protocol     ${spoken}${relay ? "; protocol 1 relays between clients" : ""}`,
      ...rooms.length === 0 ? [] : [`  Rooms        ${rooms.map(printable).join(", ")}`],
      `  Certificate  ${printable(commonName)}, valid until ${notAfter.toISOString().slice(0, 10)}`,
      `  Fingerprint  ${fingerprint}`,
      `  CA           ${ca}`,
      `  Revocations  ${revocations}`,
      `  Accounts     ${printable(accounts)}`,
      RULE,
      "  Type to talk to everybody; /help lists the commands, /quit stops.",
    ].join("\n"));
  }

  /** One event. */
  show(event: ServerEvent): void {
    if (event.kind === "disk") return this.#disk(event.error);
    if (event.kind === "room") return this.warn(event.error);
    if (!this.#isWatched) return;
    switch (event.kind) {
      case "connected":
        return this.#line(event.member.id, `connected from ${event.member.address}`);
      case "turned_away":
        return this.#turnedAway(event);
      case "session":
        return this.#session(event.member, event.event);
    }
  }

  #turnedAway({ address, reason }: Extract<ServerEvent, { kind: "turned_away" }>): void {
    const more = this.#awaySeldom.told(performance.now());
    if (more === undefined) return;
    const others = more === 0 ? "" : `, and ${more} others`;
    this.#print(`${address}: turned away, ${reason}${others}`);
  }

  #disk(error: ChatError | undefined): void {
    if (error === undefined) return this.tell("the disk has room again: words are taken");
    this.warn(error);
    this.tell("nothing is said or joined in the rooms until the disk has room");
  }

  /** Something to know. */
  tell(text: string): void {
    if (this.#isWatched) this.#print(text);
    else progress(this.#io, text);
  }

  /** Something is wrong and stops nothing. */
  warn(thrown: unknown): void {
    if (!this.#isWatched) return progress(this.#io, errorLine(thrown));
    this.#print(paint(`! ${errorLine(thrown)}`, { on: this.#io.out, as: "yellow" }));
  }

  #session(
    member: Parameters<typeof memberName>[0] & Pick<Member, "id" | "protocol">,
    event: SessionEvent,
  ): void {
    const name = printable(memberName(member));
    switch (event.kind) {
      case "phase":
        return this.#line(member.id, `${this.#tick()} phase ${event.phase}: ${event.text}`);
      case "peer":
        return this.#line(member.id, certificateText(event.certificate, member.protocol));
      case "signed_in":
        return this.#line(
          member.id,
          `${name} signed in (${printable(event.email) || "by certificate"})`,
        );
      case "said":
        if (event.author === "peer") {
          const where = event.room === undefined ? "" : ` @ ${printable(event.room)}`;
          const [first = "", ...more] = event.text.split("\n").map(printable);
          this.#print(`[${name}${where}] ${first}`);
          for (const line of more) this.#print(`  │ ${line}`);
        }
        return;
      case "refused":
        return this.warn(event.error);
      case "told":
        return this.#line(member.id, `${name} says ${printable(event.status)}`);
      case "peer_left":
        return this.#left(member.id, { name, error: event.error });
      case "ended":
        if (event.error !== undefined) this.#line(member.id, `${name}: ${endLine(event.error)}`);
        return this.#line(member.id, `${name} disconnected`);
      default:
        return;
    }
  }

  #left(id: number, { name, error }: { name: string; error: unknown }): void {
    if (error === undefined) this.#line(id, `${this.#tick()} phase 6: receipt of ${name} is good`);
    else this.warn(error);
  }

  #tick(): string {
    return paint("✓", { on: this.#io.out, as: "green" });
  }

  #line(id: number, text: string): void {
    this.#print(`${paint(`#${id}`, { on: this.#io.out, as: "dim" })} ${text}`);
  }

  #print(text: string): void {
    if (this.#screen === undefined) this.#io.out.write(`${text}\n`);
    else this.#screen.print(text);
  }
}

/** Why a session ended. Of a lost connection the hint is for who dials, not for who listens. */
function endLine(error: ChatError): string {
  return error.code === "CONNECTION"
    ? `[CONNECTION] ${printable(error.message)}`
    : errorLine(error);
}

function certificateText({ commonName }: Certificate, protocol: Member["protocol"]): string {
  return `certificate of ${printable(commonName)}, by protocol ${protocol ?? "unknown"}`;
}
