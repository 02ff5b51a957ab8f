/**
 * What a client shows: to a person, to a script that reads words, or to one that reads events.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { ChatError } from "../errors.ts";
import type { SessionEvent } from "../protocol/session.ts";
import type { ChatScreen } from "./chat_screen.ts";
import { describeServer, explained, PRESENCE, wallTime } from "./client_words.ts";
import { eventJson } from "./event_json.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { errorLine, progress, warn } from "./report.ts";
import { PersonNames } from "./screen/person_names.ts";
import { paint } from "./style.ts";

/** Shows the events of a client's session. */
export interface ClientView {
  /** Shows one event. */
  show(event: SessionEvent): void;
  /** Shows something that is no event: a hint, the path of a file. */
  tell(text: string): void;
  /** Shows something that is wrong and stops nothing. */
  warn(thrown: unknown): void;
  /** From now on a person types on this screen, or no longer. */
  attach(screen: ChatScreen | undefined): void;
}

/**
 * Chooses the view that fits the world.
 *
 * @param io The world.
 * @param options `json`: events as JSON Lines.
 * @returns The view.
 */
export function clientView(io: Io, { json }: { readonly json: boolean }): ClientView {
  if (json) return new JsonView(io);
  return io.input.isTerminal && io.out.isTerminal ? new PersonView(io) : new ScriptView(io);
}

/** One JSON object a line on standard output. */
class JsonView implements ClientView {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  show(event: SessionEvent): void {
    const value = eventJson(event);
    if (value !== undefined) this.#io.out.write(`${jsonLine(value)}\n`);
  }

  tell(text: string): void {
    progress(this.#io, text);
  }

  warn(thrown: unknown): void {
    warn(this.#io, errorLine(thrown));
  }

  attach(): void {}
}

/** Received words on standard output, what goes on on standard error. */
class ScriptView implements ClientView {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  show(event: SessionEvent): void {
    if (event.kind === "said") {
      if (event.author === "self") return;
      const who = event.name === undefined ? "" : `[${printable(event.name)}] `;
      this.#io.out.write(`${who}${printable(event.text)}\n`);
      return;
    }
    const wrong = whatIsWrong(event);
    if (wrong !== undefined) return this.warn(wrong);
    const text = describe(event);
    if (text !== undefined) progress(this.#io, text);
  }

  tell(text: string): void {
    progress(this.#io, text);
  }

  warn(thrown: unknown): void {
    warn(this.#io, errorLine(thrown));
  }

  attach(): void {}
}

/** Ticks for the phases, then the conversation, above the line being typed. */
class PersonView implements ClientView {
  readonly #io: Io;
  readonly #names = new PersonNames();
  #screen: ChatScreen | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  show(event: SessionEvent): void {
    if (event.kind === "said") return this.tell(this.#words(event));
    const wrong = whatIsWrong(event);
    if (wrong !== undefined) return this.warn(wrong);
    const text = describe(event);
    if (text === undefined) return;
    const tick = paint("✓", { on: this.#io.out, as: "green" });
    const isPhase = event.kind === "phase" || event.kind === "parted" ||
      (event.kind === "peer_left" && event.error === undefined);
    this.tell(isPhase ? `${tick} ${text}` : `  ${text}`);
  }

  tell(text: string): void {
    if (this.#screen === undefined) this.#io.out.write(`${text}\n`);
    else this.#screen.print(text);
  }

  warn(thrown: unknown): void {
    this.tell(paint(`! ${errorLine(thrown)}`, { on: this.#io.out, as: "yellow" }));
  }

  attach(screen: ChatScreen | undefined): void {
    this.#screen = screen;
  }

  #words(
    { author, ts, text, name, fingerprint = "" }: Extract<SessionEvent, { kind: "said" }>,
  ): string {
    const time = paint(wallTime(ts), { on: this.#io.out, as: "dim" });
    const other = name === undefined ? "server" : this.#names.of({ name, fingerprint });
    const who = author === "self" ? "me" : other;
    return `${time} [${who}] ${printable(text)}`;
  }
}

/** What an event means, in words; nothing for what is shown in another way. */
function describe(event: SessionEvent): string | undefined {
  switch (event.kind) {
    case "phase":
      return `phase ${event.phase}: ${event.text}`;
    case "peer":
      return describeServer(event.certificate);
    case "signed_in":
      return `signed in as ${printable(event.username || event.email)}`;
    case "entered":
      return `in room ${printable(event.room)} from line ${event.size} on, log ${
        event.log.slice(0, 16)
      }`;
    case "presence":
      return `${personText(event.who)} ${PRESENCE[event.change]}`;
    case "parted":
      return `phase 6: both sides have signed all ${event.size} lines`;
    case "explained":
      return explained(event.note);
    case "disk":
      return "the disk of this machine has room again: the chat goes on";
    case "waiting":
      return waitingText(event);
    case "told":
      return `the server says ${printable(event.status)}: ${printable(event.message)}`;
    case "receipt_made":
      return "receipt signed and sent";
    case "peer_left":
      return event.error === undefined
        ? "phase 6: the server's receipt is good, and kept in the transcript"
        : errorLine(event.error);
    default:
      return undefined;
  }
}

/** What a person is warned of, though it ends nothing. */
function whatIsWrong(event: SessionEvent): ChatError | undefined {
  return event.kind === "refused" || event.kind === "disk" ? event.error : undefined;
}

/** How many own words are on their way. */
function waitingText({ count, reason }: { readonly count: number; readonly reason?: string }) {
  if (count === 0) return "the server has taken all that you said";
  const words = count === 1 ? "1 message waits" : `${count} messages wait`;
  return `${words} for the server${reason === undefined ? "" : `: ${printable(reason)}`}`;
}

/** Who has said nothing yet is known by the first 16 hex digits of a certificate's SHA-256. */
function personText(who: string): string {
  return /^[0-9a-f]{16}$/.test(who) ? `somebody (certificate ${who})` : printable(who);
}
