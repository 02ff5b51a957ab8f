/**
 * The terminal of a person who is in rooms: what was said above, a status row and the line being typed
 * below.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { Rooms, RoomsEvent } from "../../chat/rooms_event.ts";
import { asChatError } from "../../errors.ts";
import { membersOfDirectRoom } from "../../protocol/v2/room_name.ts";
import type { Keys, TextOut } from "../io.ts";
import { errorLine } from "../report.ts";
import { eventRows, mentions, type RoomLine } from "./event_rows.ts";
import type { Completable } from "./completion.ts";
import { keyStream } from "./key_stream.ts";
import { PersonNames } from "./person_names.ts";
import type { RoomPane } from "./room_pane.ts";
import { RoomPanes } from "./room_panes.ts";
import { SCREEN_COMMANDS, type ScreenCommand, screenHelp } from "./screen_command.ts";
import { Typing, type Wish } from "./typing.ts";
import { ScreenView } from "./screen_view.ts";

/** Beyond so many people who is there is not asked again when somebody goes. */
const ASK_AGAIN_MAX = 64;

/** What a screen is made of. */
export interface RoomsScreenOptions {
  readonly rooms: Rooms;
  readonly out: TextOut;
  readonly keys: Keys;
  /** The server, as it was dialled. */
  readonly server: string;
  now(): number;
}

/** See the module. */
export class RoomsScreen implements Disposable {
  readonly #options: RoomsScreenOptions;
  readonly #view: ScreenView;
  readonly #names = new PersonNames();
  readonly #panes: RoomPanes;
  readonly #typing = new Typing();
  /** The room that is shown as soon as this side is in it. */
  #wanted: string | undefined;
  #invitation: string | undefined;
  /** Words for rooms of two that are not joined yet. */
  readonly #openers = new Map<string, string>();
  #retryAtMs: number | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #isOpen = true;

  /** @param options Client, terminal, server. Bracketed paste is on until the screen is disposed of. */
  constructor(options: RoomsScreenOptions) {
    this.#options = options;
    const { out, keys, rooms } = options;
    this.#panes = new RoomPanes(rooms, this.#names);
    this.#view = new ScreenView({
      ...{ out, keys },
      facts: () => this.#panes.facts(this.#trouble(), printable(options.server)),
      input: (columns) => this.#typing.row(columns),
    });
    this.#view.draw();
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#ticking);
    this.#view[Symbol.dispose]();
  }

  /** Reads keys until the person wishes to go, or input ends. */
  async run(): Promise<void> {
    for await (const { key, isLast } of keyStream(this.#options.keys)) {
      if (!this.#isOpen) return;
      const wish = key && this.#typing.press(key, () => this.#completable());
      if (wish !== undefined && !this.#grant(wish)) return;
      if (isLast) this.#view.draw();
    }
  }

  /**
   * Shows what happens.
   *
   * @param event It.
   */
  react(event: RoomsEvent): void {
    switch (event.kind) {
      case "said":
      case "notice":
      case "presence":
      case "unsent":
        this.#line(event);
        break;
      case "entered":
        this.#entered(event);
        break;
      case "not_entered":
        this.#view.warn(`${this.#panes.title(event.room)}: ${errorLine(event.error)}`);
        this.#openers.delete(event.room);
        break;
      case "members":
        this.#panes.of(event.room).listed(event.members, event.more);
        break;
      case "invited":
        this.#invitation = event.room;
        this.#view.tell(`${this.#names.of(event.by)} would talk with you alone: /accept`, "yellow");
        break;
      case "parted":
        this.#parted(event);
        break;
      case "lost":
        this.#lost(event);
        break;
      case "signed_in":
        this.#back();
        break;
      case "waiting":
        if (event.reason !== undefined) this.#view.warn(`the server: ${event.reason}`);
        break;
      case "refused":
        this.#view.warn(errorLine(event.error));
        break;
      case "disk":
        if (event.error !== undefined) this.#view.warn(errorLine(event.error));
        else this.#view.tell("the disk of this machine has room again: the chat goes on");
        break;
    }
    this.#view.draw();
  }

  #line(line: RoomLine): void {
    const pane = this.#panes.of(line.room);
    if (line.kind !== "unsent") pane.cameTo(line.index);
    if (line.kind === "presence") this.#presence(pane, line);
    if (pane === this.#panes.front) return this.#view.print(this.#rows(line));
    const isOthers = line.kind === "said" && !line.isOwn;
    const isMention = isOthers && mentions(line.text, this.#options.rooms.self.name);
    const wasQuiet = !pane.hasMention;
    const isDirect = membersOfDirectRoom(line.room) !== undefined;
    pane.keep(line, isOthers && (isMention || isDirect));
    if (!isOthers || line.isHistory || !wasQuiet || !pane.hasMention) return;
    const does = isDirect ? "writes to you" : "names you";
    const where = isDirect ? "" : ` in ${this.#panes.title(line.room)}`;
    this.#view.tell(
      `${this.#names.of(line.author)} ${does}${where}: Alt-${this.#panes.number(pane)}`,
      "yellow",
    );
  }

  #presence(pane: RoomPane, { change, who, isHistory }: Extract<RoomLine, { kind: "presence" }>) {
    if (change === "join") return pane.came(who);
    pane.went(who);
    if (!isHistory && pane.peopleCount < ASK_AGAIN_MAX) this.#ask(pane.room);
  }

  /** Who is there: somebody who went may still be there with another session. */
  #ask(room: string): void {
    try {
      this.#options.rooms.who(room);
    } catch { /* left, or offline, meanwhile */ }
  }

  #entered({ room, log, from, size, isBack }: Extract<RoomsEvent, { kind: "entered" }>): void {
    const pane = this.#panes.of(room);
    const isWanted = this.#wanted === room || this.#panes.front === undefined;
    if (isWanted) this.#show(pane);
    this.#wanted = isWanted ? undefined : this.#wanted;
    const past = size - from;
    const what = isBack ? "back in" : "in";
    const shown = isBack || past === 0 ? "" : `, with ${past} entries of its past`;
    this.#view.tell(`${what} ${this.#panes.title(room)}${shown}, log ${log.slice(0, 16)}`);
    const missed = pane.missed(from, isBack);
    if (missed !== undefined) this.#view.warn(`${this.#panes.title(room)}: ${missed}`);
    this.#ask(room);
    const opener = this.#openers.get(room);
    this.#openers.delete(room);
    if (opener !== undefined && opener !== "") this.#say(room, opener);
  }

  #parted({ room, size }: Extract<RoomsEvent, { kind: "parted" }>): void {
    this.#view.tell(`${this.#panes.title(room)}: both sides have signed all ${size} entries`);
    if (this.#options.rooms.rooms().some((one) => one.room === room)) return; // of a whole session
    const next = this.#panes.remove(room);
    if (next !== undefined) this.#show(next);
  }

  #lost({ error, retryMs }: Extract<RoomsEvent, { kind: "lost" }>): void {
    if (this.#retryAtMs === undefined) {
      this.#view.warn(`connection lost: ${printable(error.message)}`);
    }
    this.#retryAtMs = this.#options.now() + retryMs;
    this.#ticking ??= setInterval(() => this.#view.draw(), 1_000);
  }

  #back(): void {
    this.#retryAtMs = undefined;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  /** @returns False when the person wishes to go. */
  #grant(wish: Wish): boolean {
    switch (wish.kind) {
      case "quit":
        return false;
      case "command":
        return this.#try(wish.command);
      case "say_all":
        for (const text of wish.texts) this.#sayHere(text);
        return true;
      case "tell":
        this.#view.tell(wish.text);
        return true;
      case "redraw":
        this.#view.redraw(wish.cursorColumn);
        return true;
      case "show_room":
      case "step_room": {
        const pane = wish.kind === "step_room"
          ? this.#panes.beside(wish.step)
          : this.#panes.all[wish.number - 1];
        if (pane !== undefined) this.#show(pane);
        return true;
      }
    }
  }

  #try(command: ScreenCommand): boolean {
    try {
      return this.#run(command);
    } catch (thrown) {
      this.#view.warn(errorLine(asChatError(thrown)));
      return true;
    }
  }

  #run(command: ScreenCommand): boolean {
    const { rooms } = this.#options;
    switch (command.kind) {
      case "nothing":
        break;
      case "say":
        this.#sayHere(command.text);
        break;
      case "wrong":
        this.#view.warn(command.text);
        break;
      case "help":
        this.#view.print(screenHelp().flatMap((line) => this.#view.wrapped(line)));
        break;
      case "who":
        this.#who();
        break;
      case "rooms":
        for (const pane of this.#panes.all) {
          const { room, unread } = pane;
          this.#view.tell(
            `${this.#panes.number(pane)} ${this.#panes.title(room)}, ${unread} unread`,
          );
        }
        break;
      case "join":
        this.#join(command.room, command.want);
        break;
      case "part":
        rooms.part(command.room ?? this.#panes.front?.room ?? "");
        break;
      case "room":
        this.#showNamed(command.room);
        break;
      case "msg":
        this.#message(command);
        break;
      case "accept":
        if (this.#invitation === undefined) this.#view.warn("nobody has invited you");
        else this.#join(this.#invitation, 100);
        this.#invitation = undefined;
        break;
      case "verify": {
        const state = rooms.rooms().find(({ room }) => room === this.#panes.front?.room);
        if (state !== undefined) this.#view.tell(`securechat verify ${state.transcriptPath}`);
        break;
      }
      case "quit":
        return false;
    }
    return true;
  }

  #join(room: string, want: number): void {
    const known = this.#panes.find(room);
    const isIn = this.#options.rooms.rooms().some((one) => one.room === room && one.isOpen);
    if (known !== undefined && isIn) return this.#show(known);
    this.#wanted = room;
    this.#options.rooms.join(room, want);
  }

  #message({ to, text }: Extract<ScreenCommand, { kind: "msg" }>): void {
    const { rooms } = this.#options;
    const others = rooms.people().filter(({ fingerprint }) =>
      fingerprint !== rooms.self.fingerprint
    );
    const [person, ...more] = this.#names.find(to, others);
    if (person === undefined) {
      return this.#view.warn(`nobody called ${printable(to)} was seen here: /who`);
    }
    if (more.length > 0) {
      const names = [person, ...more].map((one) => this.#names.of(one)).join(", ");
      return this.#view.warn(`that may be ${names}: say which`);
    }
    const room = rooms.directWith(person.fingerprint);
    const isIn = rooms.rooms().some((one) => one.room === room && one.isOpen);
    if (isIn && text !== "") this.#say(room, text);
    if (!isIn) this.#openers.set(room, text);
    this.#join(room, 100);
  }

  #who(): void {
    const pane = this.#panes.front;
    if (pane === undefined) return;
    const names = pane.people.map((person) => this.#names.of(person));
    const more = pane.more === 0 ? "" : ` and ${pane.more} more`;
    this.#view.tell(`in ${this.#panes.title(pane.room)}: ${names.join(", ")}${more}`);
    this.#ask(pane.room);
  }

  #sayHere(text: string): void {
    if (this.#panes.front === undefined) return this.#view.warn("not in a room yet");
    this.#say(this.#panes.front.room, text);
  }

  #say(room: string, text: string): void {
    try {
      this.#options.rooms.say(room, text);
    } catch (thrown) {
      this.#view.warn(errorLine(asChatError(thrown)));
    }
  }

  #completable(): Completable {
    return {
      commands: Object.keys(SCREEN_COMMANDS).map((name) => `/${name}`),
      rooms: this.#panes.all.map(({ room }) => room),
      people: this.#options.rooms.people().map((person) => this.#names.of(person)),
    };
  }

  #showNamed(named: string): void {
    const pane = this.#panes.named(named);
    if (pane === undefined) this.#view.warn(`you are not in ${printable(named)}: /join or /rooms`);
    else this.#show(pane);
  }

  /** What was not shown of a room comes now. */
  #show(pane: RoomPane): void {
    if (pane === this.#panes.front) return;
    const isFirst = this.#panes.front === undefined;
    this.#panes.front = pane;
    const { lines, dropped } = pane.read();
    const rule = this.#view.styled(`── ${this.#panes.title(pane.room)} ──`, "bold");
    const missing = dropped === 0 ? [] : [`${dropped} older lines are in the transcript: /verify`];
    if (isFirst && lines.length === 0) return;
    this.#view.print([rule, ...missing, ...lines.flatMap((line) => this.#rows(line))]);
  }

  #rows(line: RoomLine): readonly string[] {
    const { out, rooms: { self } } = this.#options;
    return eventRows(line, { out, names: this.#names, self, columns: this.#view.columns });
  }

  #trouble(): string | undefined {
    if (this.#options.rooms.isOnline) return undefined;
    if (this.#retryAtMs === undefined) return "connecting";
    const seconds = Math.ceil((this.#retryAtMs - this.#options.now()) / 1_000);
    return seconds > 0 ? `offline, again in ${seconds} s` : "offline, trying";
  }
}
