/**
 * A client from dialling to goodbye: signs in, takes what is typed, tries again where that makes
 * sense.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { ChatConnection } from "../chat/chat_connection.ts";
import { eventLog } from "../chat/event_log.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { SessionEvent, SignIn } from "../protocol/session.ts";
import { findSalt, readSaltBook, rememberSalt } from "../store/salt_book.ts";
import { openScreen, plainScreen } from "./chat_screen.ts";
import type { ClientView } from "./client_view.ts";
import type { Io } from "./io.ts";
import { Quiet } from "./quiet.ts";
import { errorLine } from "./report.ts";
import type { SignInChooser } from "./sign_in_choice.ts";
import { type Around, typedLine } from "./typed_line.ts";

/** Words that may wait to be signed before standard input is read on. */
const WAITING_TEXTS = 64;

/** Times that the menu comes back after a refusal. */
const TRIES_MAX = 5;

const log = eventLog("client");

/** Who is told of a connection's events. */
export type Told = (event: SessionEvent) => Promise<undefined>;

/** What a run is made of. */
export interface ClientRunOptions {
  readonly io: Io;
  readonly choose: SignInChooser;
  readonly view: ClientView;
  /** The server, for people and for the book of salts. */
  readonly server: string;
  /** Dials; told of every event, in order. */
  dial(onEvent: Told): Promise<ChatConnection>;
  /** Where the salts of accounts that were registered here are kept. */
  readonly saltFile: string;
  /** A person types: commands and the input row make sense. */
  readonly isPerson: boolean;
}

/** What became of one connection. */
interface Outcome {
  readonly hasOpened: boolean;
  readonly error: ChatError | undefined;
}

/** See {@link ClientRunOptions}. */
export class ClientRun {
  readonly #options: ClientRunOptions;

  /** @param options What the run is made of. */
  constructor(options: ClientRunOptions) {
    this.#options = options;
  }

  /**
   * Connects and stays until a side leaves.
   *
   * @throws {ChatError} Whatever ended the session before its time.
   * @throws {DOMException} AbortError if Ctrl-C or SIGTERM came before the chat was open.
   */
  async run(): Promise<void> {
    const { io, view } = this.#options;
    for (let tries = 1;; tries++) {
      const { error, hasOpened } = await new Attempt(this.#options).run();
      if (error === undefined && !hasOpened) io.stop.throwIfAborted();
      if (error === undefined) return;
      if (hasOpened || error.code !== "SIGN_IN") throw error;
      if (!io.input.isTerminal || tries >= TRIES_MAX) throw error;
      view.tell(errorLine(error));
    }
  }
}

/** One connection. */
class Attempt {
  readonly #options: ClientRunOptions;
  readonly #ended = new AbortController();
  readonly #server: string;
  readonly #speakers = new Set<string>();
  #room: string | undefined;
  #hasOpened = false;
  #error: ChatError | undefined;
  readonly #quiet = new Quiet();

  constructor(options: ClientRunOptions) {
    this.#options = options;
    this.#server = options.server;
  }

  async run(): Promise<Outcome> {
    const { io, dial } = this.#options;
    const connection = await dial((event) => this.#react(connection, event));
    this.#options.view.tell(`connected to ${printable(this.#server)}`);
    const leave = () => void connection.leave();
    io.stop.addEventListener("abort", leave);
    if (io.stop.aborted) leave();
    await connection.run();
    io.stop.removeEventListener("abort", leave);
    this.#ended.abort(new DOMException("the connection has ended", "AbortError"));
    this.#options.view.attach(undefined);
    if (connection.transcriptPath !== undefined) {
      const path = printable(connection.transcriptPath);
      this.#options.view.tell(`transcript: ${path}`);
      this.#options.view.tell(`next: securechat verify ${path}`);
    }
    this.#error ??= unsentError(connection.unsentTexts);
    return { hasOpened: this.#hasOpened, error: this.#error };
  }

  async #react(connection: ChatConnection, event: SessionEvent): Promise<undefined> {
    this.#options.view.show(event);
    if (["said", "opened", "entered"].includes(event.kind)) this.#quiet.heard();
    this.#meet(event);
    switch (event.kind) {
      case "sign_in_wanted":
        // Not awaited: while the person thinks, the connection must see the server's goodbye.
        void this.#signIn(connection);
        break;
      case "registered":
        await this.#remember(event);
        break;
      case "signed_in":
        log.info("client.signed_in", "signed in to {server}", { server: this.#server });
        break;
      case "opened":
      case "entered":
        this.#hasOpened = true;
        void this.#type(connection);
        break;
      case "peer_left":
        this.#error ??= event.error;
        break;
      case "ended":
        this.#error ??= event.error;
        log.info("client.ended", "ended: {code}", { code: event.error?.code ?? "in order" });
        break;
    }
  }

  /** Remembers where this side is and who speaks there, for `/who`. */
  #meet(event: SessionEvent): void {
    if (event.kind === "entered") this.#room = event.room;
    if (event.kind === "said" && event.name !== undefined) this.#speakers.add(event.name);
  }

  #around(): Around {
    const around = { server: this.#server, speakers: this.#speakers };
    return this.#room === undefined ? around : { ...around, room: this.#room };
  }

  async #signIn(connection: ChatConnection): Promise<void> {
    try {
      const choice = await this.#options.choose(this.#ended.signal);
      if (choice === undefined) return await connection.leave();
      await connection.signIn(await this.#withSalt(choice));
    } catch (thrown) {
      if (this.#ended.signal.aborted) return;
      if (!this.#options.io.stop.aborted) this.#error = asChatError(thrown);
      await connection.leave();
    }
  }

  /** An original server never tells a salt: what this side remembers comes first. */
  async #withSalt(choice: SignIn): Promise<SignIn> {
    if (choice.mode === "register") return choice;
    const book = await readSaltBook(this.#options.saltFile);
    const salt = findSalt(book, { server: this.#server, email: choice.email });
    return salt === undefined ? choice : { ...choice, salt };
  }

  /** A book that cannot be written costs the convenience of a later log-in, not this session. */
  async #remember({ email, salt }: { readonly email: string; readonly salt: Uint8Array }) {
    try {
      await rememberSalt(this.#options.saltFile, { server: this.#server, email, salt });
    } catch (thrown) {
      this.#options.view.warn(thrown);
    }
  }

  async #type(connection: ChatConnection): Promise<void> {
    const { io, view, isPerson } = this.#options;
    using screen = isPerson ? openScreen(io, "> ") : plainScreen(io);
    view.attach(screen);
    // The terminal gets its mode back before the receipts: a second Ctrl-C ends the process.
    for (const signal of [this.#ended.signal, io.stop]) {
      signal.addEventListener("abort", () => screen[Symbol.dispose](), { once: true });
    }
    let hasQuit = isPerson;
    try {
      for await (const line of screen.lines()) {
        const typed = typedLine(line, { isPerson });
        hasQuit ||= typed.kind === "quit";
        if (typed.kind === "quit" || !connection.isOpen) break;
        if (typed.kind === "show") view.tell(typed.text(connection, this.#around()));
        if (typed.kind === "say") await this.#say(connection, typed.text);
      }
    } catch (thrown) {
      this.#error = asChatError(thrown);
    }
    if (!hasQuit) {
      await connection.said();
      await this.#quiet.come(() => !connection.isOpen || io.stop.aborted);
    }
    await connection.leave();
  }

  /** A person says it again when the disk has room; the words of a script wait for that. */
  async #say(connection: ChatConnection, text: string): Promise<void> {
    if (!this.#options.isPerson) await connection.stalled;
    if (!connection.isOpen) return; // ended meanwhile, which is told
    try {
      connection.say(text);
    } catch (thrown) {
      const error = asChatError(thrown);
      if (error.code !== "FRAME_TOO_LARGE" && error.code !== "FILE") throw error;
      this.#options.view.warn(error);
    }
    if (connection.waitingTexts >= WAITING_TEXTS) await connection.said();
  }
}

/** A script must learn that its words did not all arrive, although the other side left in order. */
function unsentError(count: number): ChatError | undefined {
  if (count === 0) return undefined;
  const words = count === 1 ? "1 message" : `${count} messages`;
  return new ChatError("CONNECTION", `cannot send ${words}: the session ended before`, {
    hint: "the transcript holds what was sent; connect again to send the rest",
  });
}
