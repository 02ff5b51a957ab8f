/**
 * `connect --json` in rooms: events on standard output, commands on standard input.
 *
 * @module
 */

import type { WantedRoom } from "../chat/room_client.ts";
import type { RoomsClient } from "../chat/rooms_client.ts";
import type { ToldEvent } from "../chat/rooms_event.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { ClientSetup } from "./client_setup.ts";
import type { Io } from "./io.ts";
import { type JsonCommand, jsonCommand } from "./json_command.ts";
import { jsonLine } from "./json_line.ts";
import { Quiet } from "./quiet.ts";
import { roomsConnection } from "./rooms_connection.ts";
import { roomsEventJson } from "./rooms_event_json.ts";

/** Words on their way at once, above which input is not read on. */
const UNDER_WAY = 64;

/** What a run is made of. */
export interface JsonRunOptions {
  readonly io: Io;
  readonly setup: ClientSetup;
  readonly rooms: readonly WantedRoom[];
  readonly explain: boolean;
  /** Whether a lost connection is made again. */
  readonly returns: boolean;
}

/** See the module. */
export class JsonRun {
  readonly #options: JsonRunOptions;
  readonly #client: RoomsClient;
  readonly #entered = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #error: ChatError | undefined;
  #unsent = 0;
  readonly #quiet = new Quiet();

  /** @param options Who, where, which rooms. */
  constructor(options: JsonRunOptions) {
    this.#options = options;
    this.#client = roomsConnection(options.io, {
      ...options,
      onEvent: (event) => this.#react(event),
    });
  }

  /**
   * Connects and stays until input ends, a command says so, or the session ends for good.
   *
   * @throws {ChatError} Whatever ended the session before its time; CONNECTION if words were not sent.
   * @throws {DOMException} AbortError if Ctrl-C or SIGTERM came before the chat was open.
   */
  async run(): Promise<void> {
    const { io: { stop } } = this.#options;
    const running = this.#client.run();
    const obeying = this.#obey().catch((thrown) => this.#error ??= asChatError(thrown));
    await Promise.race([obeying, this.#ended.promise]);
    await this.#client.leave();
    await running;
    if (this.#error !== undefined) throw this.#error;
    if (this.#client.rooms().length === 0) stop.throwIfAborted();
    if (this.#unsent === 0) return;
    throw new ChatError(
      "CONNECTION",
      `cannot send ${this.#unsent} messages: the session ended before`,
      {
        hint: "the events of kind unsent say which; connect again to send the rest",
      },
    );
  }

  #react(event: ToldEvent): void {
    this.#print(roomsEventJson(event));
    if (event.kind === "entered" || event.kind === "said") this.#quiet.heard();
    if (event.kind === "unsent") this.#unsent++;
    if (event.kind === "entered") this.#entered.resolve();
    if (event.kind !== "ended") return;
    this.#error ??= event.error;
    this.#ended.resolve();
  }

  async #obey(): Promise<void> {
    await this.#entered.promise;
    for await (const line of this.#options.io.input.lines()) {
      if (this.#client.hasEnded) return;
      if (line.trim() === "/quit" || !this.#take(line)) return;
      while (this.#waiting >= UNDER_WAY && !this.#client.hasEnded) await this.#client.changed();
    }
    while (this.#waiting > 0 && !this.#client.hasEnded) await this.#client.changed();
    await this.#quiet.come(() => this.#client.hasEnded || this.#options.io.stop.aborted);
  }

  /** @returns False when that was the last one. */
  #take(line: string): boolean {
    let command: JsonCommand | undefined;
    try {
      command = jsonCommand(line);
      return this.#do(command);
    } catch (thrown) {
      const { code, message, hint } = asChatError(thrown);
      this.#print({ event: "error", ref: command?.ref ?? null, code, message, hint });
      return true;
    }
  }

  #do(command: JsonCommand): boolean {
    const client = this.#client;
    switch (command.command) {
      case "say": {
        const { room = this.#options.rooms[0]?.room ?? "", ref = null, text } = command;
        const id = client.say(room, text);
        if (ref !== null) this.#print({ event: "accepted", ref, id });
        return true;
      }
      case "join":
        client.join(command.room, command.history ?? 0);
        return true;
      case "direct":
        client.join(client.directWith(command.fingerprint), command.history ?? 0);
        return true;
      case "part":
        client.part(command.room);
        return true;
      case "who":
        client.who(command.room);
        return true;
      case "quit":
        return false;
    }
  }

  get #waiting(): number {
    return this.#client.rooms().reduce((sum, { waiting }) => sum + waiting, 0);
  }

  #print(value: object): void {
    this.#options.io.out.write(`${jsonLine(value)}\n`);
  }
}
