/**
 * The terminal of a person who is in rooms: what was said above, a status row and the line being typed
 * below.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import type { Person, Rooms, RoomsEvent } from "../../chat/rooms_event.ts";
import { TEXT_MAX_BYTES, textBytes } from "../../chat/text_size.ts";
import { asChatError } from "../../errors.ts";
import { membersOfDirectRoom } from "../../protocol/v2/room_name.ts";
import type { Keys, TextOut } from "../io.ts";
import { errorLine } from "../report.ts";
import { paint, type Style } from "../style.ts";
import { type Bottom, BottomArea } from "./bottom_area.ts";
import { complete } from "./completion.ts";
import { eventRows, mentions, type RoomLine } from "./event_rows.ts";
import { type Key, KeyDecoder, type KeyName, PASTE_MAX_UNITS } from "./key_decoder.ts";
import { LineEditor } from "./line_editor.ts";
import { PersonNames } from "./person_names.ts";
import { RoomPane } from "./room_pane.ts";
import {
  SCREEN_COMMANDS,
  type ScreenCommand,
  screenCommand,
  screenHelp,
} from "./screen_command.ts";
import { statementParts } from "./statement_parts.ts";
import { statusText } from "./status_text.ts";
import { wrap } from "./wrap.ts";

/** How long an ESC may be the start of more, ms. */
const ESCAPE_MS = 50;

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
  readonly #area: BottomArea;
  readonly #decoder = new KeyDecoder();
  readonly #editor = new LineEditor();
  readonly #names = new PersonNames();
  readonly #panes: RoomPane[] = [];
  #front: RoomPane | undefined;
  /** The room that is shown as soon as this side is in it. */
  #wanted: string | undefined;
  #invitation: string | undefined;
  /** Parts of a text that is too long for one message, until the person decides. */
  #offer: readonly string[] | undefined;
  /** Words for rooms of two that are not joined yet. */
  readonly #openers = new Map<string, string>();
  #retryAtMs: number | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #isOpen = true;

  /** @param options Client, terminal, server. Bracketed paste is on until the screen is disposed of. */
  constructor(options: RoomsScreenOptions) {
    this.#options = options;
    const { out, keys } = options;
    this.#area = new BottomArea({
      write: (text) => out.write(text),
      columns: () => keys.columns(),
    });
    keys.onResize = () => this.#isOpen && this.#area.resize(this.#bottom());
    out.write("\x1b[?2004h");
    this.#draw();
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#ticking);
    this.#options.keys.onResize = undefined;
    this.#area.close();
    this.#options.out.write("\x1b[?2004l");
    this.#options.keys[Symbol.dispose]();
  }

  /** Reads keys until the person wishes to go, or input ends. */
  async run(): Promise<void> {
    const { keys } = this.#options;
    let next = keys.nextByte();
    while (this.#isOpen) {
      const byte = await (this.#decoder.isInDoubt ? this.#soon(next) : next);
      if (byte === undefined) return;
      const key = byte === "late" ? this.#decoder.settle() : this.#decoder.take(byte);
      if (byte !== "late") next = keys.nextByte();
      if (key !== undefined && !this.#press(key)) return;
      if (!keys.hasMore) this.#draw();
    }
  }

  async #soon(next: Promise<number | undefined>): Promise<number | undefined | "late"> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), ESCAPE_MS);
    });
    try {
      return await Promise.race([next, late]);
    } finally {
      clearTimeout(timer);
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
        this.#warn(`${this.#title(event.room)}: ${errorLine(event.error)}`);
        this.#openers.delete(event.room);
        break;
      case "members":
        this.#pane(event.room).listed(event.members, event.more);
        break;
      case "invited":
        this.#invitation = event.room;
        this.#tell(`${this.#names.of(event.by)} would talk with you alone: /accept`, "yellow");
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
        if (event.reason !== undefined) this.#warn(`the server: ${event.reason}`);
        break;
      case "refused":
        this.#warn(errorLine(event.error));
        break;
      case "disk":
        if (event.error !== undefined) this.#warn(errorLine(event.error));
        else this.#tell("the disk of this machine has room again: the chat goes on");
        break;
    }
    this.#draw();
  }

  /** Shows text that is of no room. */
  tell(text: string): void {
    this.#tell(text);
  }

  #line(line: RoomLine): void {
    const pane = this.#pane(line.room);
    if (line.kind === "presence") this.#presence(pane, line);
    if (pane === this.#front) return this.#print(this.#rows(line));
    const isOthers = line.kind === "said" && !line.isOwn;
    const isMention = isOthers && mentions(line.text, this.#options.rooms.self.name);
    const wasQuiet = !pane.hasMention;
    const isDirect = membersOfDirectRoom(line.room) !== undefined;
    pane.keep(line, isOthers && (isMention || isDirect));
    if (!isOthers || line.isHistory || !wasQuiet || !pane.hasMention) return;
    const does = isDirect ? "writes to you" : "names you";
    const where = isDirect ? "" : ` in ${this.#title(line.room)}`;
    this.#tell(
      `${this.#names.of(line.author)} ${does}${where}: Alt-${this.#number(pane)}`,
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
    const pane = this.#pane(room);
    const isWanted = this.#wanted === room || this.#front === undefined;
    if (isWanted) this.#show(pane);
    this.#wanted = isWanted ? undefined : this.#wanted;
    const past = size - from;
    const what = isBack ? "back in" : "in";
    const shown = isBack || past === 0 ? "" : `, with ${past} entries of its past`;
    this.#tell(`${what} ${this.#title(room)}${shown}, log ${log.slice(0, 16)}`);
    this.#ask(room);
    const opener = this.#openers.get(room);
    this.#openers.delete(room);
    if (opener !== undefined && opener !== "") this.#say(room, opener);
  }

  #parted({ room, size }: Extract<RoomsEvent, { kind: "parted" }>): void {
    this.#tell(`${this.#title(room)}: both sides have signed all ${size} entries`);
    if (this.#options.rooms.rooms().some((one) => one.room === room)) return; // of a whole session
    const place = this.#panes.findIndex((pane) => pane.room === room);
    if (place < 0) return;
    const [gone] = this.#panes.splice(place, 1);
    const [next] = this.#panes;
    if (this.#front === gone && next !== undefined) this.#show(next);
  }

  #lost({ error, retryMs }: Extract<RoomsEvent, { kind: "lost" }>): void {
    if (this.#retryAtMs === undefined) this.#warn(`connection lost: ${printable(error.message)}`);
    this.#retryAtMs = this.#options.now() + retryMs;
    this.#ticking ??= setInterval(() => this.#draw(), 1_000);
  }

  #back(): void {
    this.#retryAtMs = undefined;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  /** @returns False when the person wishes to go. */
  #press(key: Key): boolean {
    if (this.#offer !== undefined) return this.#decide(key, this.#offer);
    switch (key.kind) {
      case "text":
        this.#editor.insert(key.text);
        return true;
      case "paste":
        this.#editor.insert(key.text);
        if (key.isCut) {
          const most = `${PASTE_MAX_UNITS / 1_048_576} MiB`;
          this.#warn(`only the first ${most} of that were taken: use securechat send for the rest`);
        }
        return true;
      case "room": {
        const pane = this.#panes[key.number - 1];
        if (pane !== undefined) this.#show(pane);
        return true;
      }
      case "key":
        return this.#pressKey(key.name);
    }
  }

  #pressKey(name: KeyName): boolean {
    switch (name) {
      case "interrupt":
        return false;
      case "end_of_input":
        if (this.#editor.isEmpty) return false;
        this.#editor.press(name);
        return true;
      case "enter":
        return this.#enter();
      case "complete":
        this.#complete();
        return true;
      case "search": {
        const found = this.#editor.find(this.#editor.text);
        if (found !== undefined) {
          this.#editor.clear();
          this.#editor.insert(found);
        }
        return true;
      }
      case "next_room":
      case "previous_room":
        this.#showNext(name === "next_room" ? 1 : -1);
        return true;
      case "redraw":
        this.#area.resize(this.#bottom());
        return true;
      default:
        this.#editor.press(name);
        return true;
    }
  }

  /** A long text is offered in parts: Enter sends them, Esc goes back to the line. */
  #decide(key: Key, parts: readonly string[]): boolean {
    const name = key.kind === "key" ? key.name : undefined;
    if (name === "interrupt") return false;
    if (name === "escape") this.#offer = undefined;
    if (name !== "enter") return true;
    this.#offer = undefined;
    this.#editor.take();
    for (const part of parts) this.#sayHere(part);
    return true;
  }

  #enter(): boolean {
    const { text } = this.#editor;
    const command = screenCommand(text);
    if (command.kind === "say" && textBytes(command.text) > TEXT_MAX_BYTES) {
      this.#offer = statementParts(command.text);
      return true;
    }
    this.#editor.take();
    try {
      return this.#run(command);
    } catch (thrown) {
      this.#warn(errorLine(asChatError(thrown)));
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
        this.#warn(command.text);
        break;
      case "help":
        this.#print(screenHelp().flatMap((line) => this.#wrapped(line)));
        break;
      case "who":
        this.#who();
        break;
      case "rooms":
        this.#panes.forEach((pane, index) =>
          this.#tell(`${index + 1} ${this.#title(pane.room)}, ${pane.unread} unread`)
        );
        break;
      case "join":
        this.#join(command.room, command.want);
        break;
      case "part":
        rooms.part(command.room ?? this.#front?.room ?? "");
        break;
      case "room":
        this.#showNamed(command.room);
        break;
      case "msg":
        this.#message(command);
        break;
      case "accept":
        if (this.#invitation === undefined) this.#warn("nobody has invited you");
        else this.#join(this.#invitation, 100);
        this.#invitation = undefined;
        break;
      case "verify": {
        const state = rooms.rooms().find(({ room }) => room === this.#front?.room);
        if (state !== undefined) this.#tell(`securechat verify ${state.transcriptPath}`);
        break;
      }
      case "quit":
        return false;
    }
    return true;
  }

  #join(room: string, want: number): void {
    const known = this.#panes.find((pane) => pane.room === room);
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
      return this.#warn(`nobody called ${printable(to)} was seen here: /who`);
    }
    if (more.length > 0) {
      const names = [person, ...more].map((one) => this.#names.of(one)).join(", ");
      return this.#warn(`that may be ${names}: say which`);
    }
    const room = rooms.directWith(person.fingerprint);
    const isIn = rooms.rooms().some((one) => one.room === room && one.isOpen);
    if (isIn && text !== "") this.#say(room, text);
    if (!isIn) this.#openers.set(room, text);
    this.#join(room, 100);
  }

  #who(): void {
    const pane = this.#front;
    if (pane === undefined) return;
    const names = pane.people.map((person) => this.#names.of(person));
    const more = pane.more === 0 ? "" : ` and ${pane.more} more`;
    this.#tell(`in ${this.#title(pane.room)}: ${names.join(", ")}${more}`);
    this.#ask(pane.room);
  }

  #sayHere(text: string): void {
    if (this.#front === undefined) return this.#warn("not in a room yet");
    this.#say(this.#front.room, text);
  }

  #say(room: string, text: string): void {
    try {
      this.#options.rooms.say(room, text);
    } catch (thrown) {
      this.#warn(errorLine(asChatError(thrown)));
    }
  }

  #complete(): void {
    const { rooms } = this.#options;
    const { text, options } = complete(this.#editor.before, {
      commands: Object.keys(SCREEN_COMMANDS).map((name) => `/${name}`),
      rooms: this.#panes.map(({ room }) => room),
      people: rooms.people().map((person) => this.#names.of(person)),
    });
    if (text !== this.#editor.before) this.#editor.replaceBefore(text);
    else if (options.length > 0) this.#tell(options.slice(0, 50).join("  "));
  }

  #showNamed(named: string): void {
    const pane = /^\d+$/.test(named)
      ? this.#panes[Number(named) - 1]
      : this.#panes.find(({ room }) => room === named || this.#title(room) === named);
    if (pane === undefined) this.#warn(`you are not in ${printable(named)}: /join or /rooms`);
    else this.#show(pane);
  }

  #showNext(step: 1 | -1): void {
    const { length } = this.#panes;
    const place = this.#front === undefined ? 0 : this.#panes.indexOf(this.#front);
    const pane = this.#panes[(place + step + length) % length];
    if (pane !== undefined) this.#show(pane);
  }

  /** What was not shown of a room comes now. */
  #show(pane: RoomPane): void {
    if (pane === this.#front) return;
    const isFirst = this.#front === undefined;
    this.#front = pane;
    const { lines, dropped } = pane.read();
    const rule = this.#styled(`── ${this.#title(pane.room)} ──`, "bold");
    const missing = dropped === 0 ? [] : [`${dropped} older lines are in the transcript: /verify`];
    if (isFirst && lines.length === 0) return;
    this.#print([rule, ...missing, ...lines.flatMap((line) => this.#rows(line))]);
  }

  #pane(room: string): RoomPane {
    const known = this.#panes.find((pane) => pane.room === room);
    if (known !== undefined) return known;
    const pane = new RoomPane(room);
    this.#panes.push(pane);
    return pane;
  }

  #number(pane: RoomPane): number {
    return this.#panes.indexOf(pane) + 1;
  }

  /** A room of two is called after the other one. */
  #title(room: string): string {
    const pair = membersOfDirectRoom(room);
    if (pair === undefined) return printable(room);
    const { self } = this.#options.rooms;
    const other = pair.find((fingerprint) => fingerprint !== self.fingerprint) ?? "";
    return `@${this.#names.of(this.#known(other))}`;
  }

  #known(fingerprint: string): Person {
    return this.#options.rooms.people().find((person) => person.fingerprint === fingerprint) ??
      { name: fingerprint.slice(0, 16), fingerprint };
  }

  #rows(line: RoomLine): readonly string[] {
    const { out, keys, rooms: { self } } = this.#options;
    return eventRows(line, { out, names: this.#names, self, columns: keys.columns() });
  }

  #tell(text: string, as: Style = "dim"): void {
    this.#print(this.#wrapped(printable(text)).map((row) => this.#styled(row, as)));
  }

  #warn(text: string): void {
    this.#tell(`! ${text}`, "yellow");
  }

  #wrapped(text: string): readonly string[] {
    return wrap(text, { columns: this.#options.keys.columns(), first: 0, indent: "  " });
  }

  #styled(text: string, as: Style): string {
    return paint(text, { on: this.#options.out, as });
  }

  #print(rows: readonly string[]): void {
    if (this.#isOpen) this.#area.print(rows, this.#bottom());
    else this.#options.out.write(rows.map((row) => `${row}\n`).join(""));
  }

  #draw(): void {
    if (this.#isOpen) this.#area.draw(this.#bottom());
  }

  #bottom(): Bottom {
    const columns = this.#options.keys.columns();
    const status = this.#styled(statusText(this.#facts(), columns), "reverse");
    if (this.#offer !== undefined) {
      const input = `${this.#offer.length} messages, too long for one: Enter sends, Esc edits`
        .slice(0, Math.max(1, columns - 1));
      return { status, prompt: "", input, cursor: input.length };
    }
    const prompt = "> ";
    const { text, cursor } = this.#editor.view(Math.max(1, columns - prompt.length - 1));
    return { status, prompt, input: text, cursor };
  }

  #facts(): Parameters<typeof statusText>[0] {
    const { rooms, server } = this.#options;
    const front = this.#front;
    const state = rooms.rooms().find(({ room }) => room === front?.room);
    const others = this.#panes.flatMap((pane, index) => {
      const { unread, hasMention: isMention } = pane;
      if (pane === front || unread === 0) return [];
      return [{ number: index + 1, title: this.#title(pane.room), unread, isMention }];
    });
    return {
      title: front === undefined ? printable(server) : this.#title(front.room),
      trouble: this.#trouble(),
      waiting: state?.waiting ?? 0,
      signed: state?.serverSigned ?? 0,
      size: state?.size ?? 0,
      people: front?.peopleCount ?? 0,
      others,
    };
  }

  #trouble(): string | undefined {
    if (this.#options.rooms.isOnline) return undefined;
    if (this.#retryAtMs === undefined) return "connecting";
    const seconds = Math.ceil((this.#retryAtMs - this.#options.now()) / 1_000);
    return seconds > 0 ? `offline, again in ${seconds} s` : "offline, trying";
  }
}
