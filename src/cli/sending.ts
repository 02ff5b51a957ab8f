/**
 * Messages of a script on their way into a room's log: each is counted until its fate is known.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { isPassing } from "../chat/return_delay.ts";
import type { RoomsClient } from "../chat/rooms_client.ts";
import type { ToldEvent } from "../chat/rooms_event.ts";
import { asChatError, ChatError } from "../errors.ts";
import type { Io } from "./io.ts";
import { jsonLine } from "./json_line.ts";
import { errorLine, progress, report, STOPPED_STATUS, warn } from "./report.ts";

/** Try again later (sysexits.h, EX_TEMPFAIL). */
const TRY_AGAIN_STATUS = 75;

/** Something may have been done or not (STYLE: incomplete). */
const UNKNOWN_STATUS = 3;

/** Messages on their way at once, above which input is not read on. */
const UNDER_WAY = 64;

/** What it is made of. */
export interface SendingOptions {
  readonly io: Io;
  readonly room: string;
  /** The messages. */
  readonly source: Iterable<string> | AsyncIterable<string>;
  /** How long a lost server is waited for, ms. */
  readonly waitMs: number;
  /** Tell of each message that is in the log. */
  readonly json: boolean;
}

/** See the module. */
export class Sending {
  readonly #options: SendingOptions;
  readonly #entered = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #client: RoomsClient | undefined;
  #log = "";
  /** Messages that were read. */
  #read = 0;
  #hasReadAll = false;
  #delivered = 0;
  /** Of whose fate nothing was told yet. */
  readonly #underWay = new Set<number>();
  readonly #unknown: number[] = [];
  readonly #unsent: number[] = [];
  /** Nothing more is read: why. */
  #fault: ChatError | undefined;
  #error: ChatError | undefined;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  /** @param options Where, what, and for how long. */
  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /**
   * Takes what the client tells.
   *
   * @param event It.
   */
  react(event: ToldEvent): void {
    const { io, json, room, waitMs } = this.#options;
    switch (event.kind) {
      case "entered":
        this.#log = event.log;
        clearTimeout(this.#giveUp);
        this.#giveUp = undefined;
        return this.#entered.resolve();
      case "lost":
        warn(io, `${errorLine(event.error)}; trying again in ${event.retryMs / 1_000} s`);
        this.#giveUp ??= setTimeout(() => void this.#client?.leave(), waitMs);
        return;
      case "said": {
        const { id, index } = event;
        if (id === undefined) return;
        this.#underWay.delete(id);
        this.#delivered++;
        if (json) io.out.write(`${jsonLine({ id, room, log: this.#log, index })}\n`);
        return;
      }
      case "unsent":
        this.#underWay.delete(event.id);
        return void (event.fate === "unknown" ? this.#unknown : this.#unsent).push(event.id);
      case "refused":
        return warn(io, errorLine(event.error));
      case "waiting":
        if (event.count > 0) warn(io, `${event.count} wait for the server: ${event.reason ?? ""}`);
        return;
      case "ended":
        this.#error = event.error;
        clearTimeout(this.#giveUp);
        this.#entered.resolve();
        return this.#ended.resolve();
    }
  }

  /**
   * Says everything.
   *
   * @param client The client, before its `run()`.
   * @returns The exit status; what is wrong was told.
   */
  async run(client: RoomsClient): Promise<number> {
    this.#client = client;
    const running = client.run();
    const saying = this.#sayAll(client).catch((thrown) => this.#fault = asChatError(thrown));
    await Promise.race([saying, this.#ended.promise]);
    await client.leave();
    await running;
    return this.#status();
  }

  async #sayAll(client: RoomsClient): Promise<void> {
    await this.#entered.promise;
    for await (const text of this.#options.source) {
      if (this.#isOver) return;
      this.#read++;
      this.#underWay.add(client.say(this.#options.room, text));
      while (this.#underWay.size >= UNDER_WAY && !this.#isOver) await client.changed();
    }
    this.#hasReadAll = true;
    while (this.#underWay.size > 0 && !this.#isOver) await client.changed();
  }

  get #isOver(): boolean {
    return this.#error !== undefined || this.#options.io.stop.aborted ||
      this.#client?.hasEnded === true;
  }

  #status(): number {
    const { io } = this.#options;
    const isSettled = this.#hasReadAll && this.#delivered === this.#read;
    if (isSettled) return 0;
    if (this.#fault !== undefined) this.#unsent.push(this.#read);
    this.#unknown.push(...this.#underWay); // nobody said what became of them
    for (const id of this.#unknown) {
      warn(io, `message ${id} may be in the log or not: look before sending it again`);
    }
    const error = this.#fault ?? this.#error;
    const next = Math.min(this.#read + 1, ...this.#unsent);
    const state = error?.message ?? (io.stop.aborted ? "stopped" : "the server is not back");
    const found = new ChatError(
      error?.code ?? "CONNECTION",
      `cannot send message ${next}: ${printable(state)}`,
      {
        hint: `${error?.hint ?? "send it again later"}; ${this.#delivered} are in the log`,
        cause: error,
      },
    );
    const status = report(io, found);
    if (this.#unknown.length > 0) return UNKNOWN_STATUS;
    if (io.stop.aborted) return STOPPED_STATUS;
    if (error !== undefined && !isTemporary(error)) return status;
    progress(io, `neither message ${next} nor any behind it is in the log: send from there again`);
    return TRY_AGAIN_STATUS;
  }
}

/** Whether the same may go well later: a full disk of this side may have room then. */
function isTemporary({ code }: ChatError): boolean {
  return isPassing(code) || code === "FILE";
}
