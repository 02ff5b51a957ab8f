/**
 * A person at a terminal who talks in rooms: signing in, then the screen, then where the evidence is.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { eventLog } from "../chat/event_log.ts";
import type { WantedRoom } from "../chat/room_client.ts";
import type { RoomsClient } from "../chat/rooms_client.ts";
import type { RoomsEvent, ToldEvent } from "../chat/rooms_event.ts";
import type { ChatError } from "../errors.ts";
import { describeServer, explained } from "./client_words.ts";
import type { ClientSetup } from "./client_setup.ts";
import type { Io } from "./io.ts";
import { errorLine } from "./report.ts";
import { roomsConnection } from "./rooms_connection.ts";
import { RoomsScreen } from "./screen/rooms_screen.ts";
import { paint } from "./style.ts";

/** Times that the menu comes back after a refusal. */
const TRIES_MAX = 5;

const log = eventLog("client");

/** What a run is made of. */
export interface PersonRunOptions {
  readonly io: Io;
  readonly setup: ClientSetup;
  readonly rooms: readonly WantedRoom[];
  readonly explain: boolean;
}

/**
 * Connects and stays until the person leaves.
 *
 * @param options Who, where, which rooms.
 * @throws {ChatError} Whatever ended the session for good.
 * @throws {DOMException} AbortError if Ctrl-C or SIGTERM came before the chat was open.
 */
export async function personRun(options: PersonRunOptions): Promise<void> {
  for (let tries = 1;; tries++) {
    const { error, hasBeenOpen } = await new Sitting(options).run();
    if (!hasBeenOpen) options.io.stop.throwIfAborted();
    if (error === undefined) return;
    if (hasBeenOpen || error.code !== "SIGN_IN" || tries >= TRIES_MAX) throw error;
    options.io.out.write(`${errorLine(error)}\n`);
  }
}

/** From one sign-in to its end. */
class Sitting {
  readonly #options: PersonRunOptions;
  readonly #server: string;
  #screen: RoomsScreen | undefined;
  #error: ChatError | undefined;
  #paths: ReadonlySet<string> = new Set();

  constructor(options: PersonRunOptions) {
    this.#options = options;
    const { serverHost, serverPort } = options.setup.config;
    this.#server = `${serverHost}:${serverPort}`;
  }

  async run(): Promise<{ readonly error: ChatError | undefined; readonly hasBeenOpen: boolean }> {
    const { io } = this.#options;
    const client = roomsConnection(io, {
      ...this.#options,
      returns: true,
      onEvent: (event) => this.#react(event, client),
    });
    const close = () => this.#screen?.[Symbol.dispose](); // a second Ctrl-C ends the process
    io.stop.addEventListener("abort", close);
    try {
      await client.run();
    } finally {
      io.stop.removeEventListener("abort", close);
      close();
    }
    for (const path of this.#paths) {
      this.#print(`transcript: ${printable(path)}`);
      this.#print(`next: securechat verify ${printable(path)}`);
    }
    log.info("client.ended", "ended: {code}", { code: this.#error?.code ?? "in order" });
    return { error: this.#error, hasBeenOpen: this.#screen !== undefined };
  }

  #react(event: ToldEvent, client: RoomsClient): void {
    if (event.kind === "signed_in") {
      log.info("client.signed_in", "signed in to {server}", { server: this.#server });
      this.#screen ??= this.#open(client);
    }
    if (event.kind === "ended") this.#error = event.error;
    if (event.kind === "entered") {
      const paths = client.rooms().map(({ transcriptPath }) => transcriptPath);
      this.#paths = new Set([...this.#paths, ...paths]);
    }
    if (this.#screen !== undefined) return this.#screen.react(event);
    this.#show(event);
  }

  #open(client: RoomsClient): RoomsScreen {
    const { io } = this.#options;
    const keys = io.input.openKeys?.();
    if (keys === undefined) throw new RangeError("unreachable: no terminal");
    const { out, now } = io;
    const screen = new RoomsScreen({ rooms: client, out, keys, server: this.#server, now });
    void screen.run().then(() => client.leave());
    return screen;
  }

  /** What is told before the screen is open. */
  #show(event: ToldEvent): void {
    switch (event.kind) {
      case "connecting":
        return this.#print(`connecting to ${printable(this.#server)}`);
      case "phase":
        return this.#print(
          `${paint("✓", { on: this.#options.io.out, as: "green" })} ${phase(event)}`,
        );
      case "server":
        this.#print(`  ${describeServer(event.certificate)}`);
        return;
      case "explained":
        return this.#print(`  ${explained(event.note)}`);
    }
  }

  #print(text: string): void {
    this.#options.io.out.write(`${text}\n`);
  }
}

function phase({ phase, text }: Extract<RoomsEvent, { kind: "phase" }>): string {
  return `phase ${phase}: ${text}`;
}
