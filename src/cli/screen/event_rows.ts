/**
 * What happens in rooms, as rows of a terminal. Foreign words move nothing: control characters are
 * visible marks, and what follows a line end within a message is set in, so that no line of it looks like
 * one of somebody else.
 *
 * @module
 */

import stringWidth from "string-width";
import { printable } from "../../bytes/printable.ts";
import type { Person, RoomsEvent } from "../../chat/rooms_event.ts";
import { PRESENCE, wallTime } from "../client_words.ts";
import type { TextOut } from "../io.ts";
import { paint, type Style } from "../style.ts";
import type { PersonNames } from "./person_names.ts";
import { wrap } from "./wrap.ts";

/** What can be shown as rows of a room. */
export type RoomLine = Extract<RoomsEvent, { kind: "said" | "notice" | "presence" | "unsent" }>;

/** For whom, and how wide. */
export interface EventRowsOptions {
  readonly out: TextOut;
  readonly names: PersonNames;
  readonly self: Person;
  readonly columns: number;
}

const COLOURS: readonly Style[] = ["cyan", "green", "yellow", "magenta", "blue", "red"];

/** Before each line of a message but its first. */
const INNER = "  │ ";

/**
 * The rows of an event.
 *
 * @param event What happened.
 * @param options For whom.
 * @returns Rows, none wider than the terminal less one column.
 */
export function eventRows(event: RoomLine, options: EventRowsOptions): readonly string[] {
  const { out, names, self } = options;
  const dim = (text: string) => paint(text, { on: out, as: "dim" });
  switch (event.kind) {
    case "presence": {
      const text = `${names.of(event.who)} ${PRESENCE[event.change]}`;
      return block({ start: `${clock(event.ts)} · `, text, look: dim, lookStart: dim }, options);
    }
    case "unsent": {
      const fate = event.fate === "unknown" ? "in the log or not, unknown" : "not sent";
      const look = (text: string) => paint(text, { on: out, as: "yellow" });
      return block({ start: `! ${fate}: `, text: event.text, look, lookStart: look }, options);
    }
    case "notice": {
      const start = [clock(event.ts), "server: "] as const;
      return block({
        start: start.join(" "),
        lookStart: () => `${dim(start[0])} ${paint(start[1], { on: out, as: "bold" })}`,
        text: event.text,
        look: (text) => text,
      }, options);
    }
    case "said": {
      const name = `${names.of(event.author)}: `;
      const isMention = !event.isOwn && mentions(event.text, self.name);
      const as = event.isOwn ? "bold" : colourOf(event.author);
      return block({
        start: `${clock(event.ts)} ${name}`,
        lookStart: () => `${dim(clock(event.ts))} ${paint(name, { on: out, as })}`,
        text: event.text,
        look: isMention
          ? (text) => paint(text, { on: out, as: "reverse" })
          : event.isHistory
          ? dim
          : (text) => text,
      }, options);
    }
  }
}

/**
 * Whether a text names somebody.
 *
 * @param text The text.
 * @param name The name.
 * @returns Whether it is in it as a word, in whatever case.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(mentions("ask Alice!", "alice"), true);
 * assert.equal(mentions("malice", "alice"), false);
 * ```
 */
export function mentions(text: string, name: string): boolean {
  if (name === "") return false;
  const [low, wanted] = [text.toLowerCase(), name.toLowerCase()];
  const isWord = (at: number) => /[\p{L}\p{N}]/u.test(low[at] ?? "");
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, at + 1)) {
    if (!isWord(at - 1) && !isWord(at + wanted.length)) return true;
  }
  return false;
}

interface Block {
  /** Before the first line, as wide as it is shown. */
  readonly start: string;
  readonly lookStart: (start: string) => string;
  readonly text: string;
  readonly look: (row: string) => string;
}

function block(
  { start, lookStart, text, look }: Block,
  { columns }: EventRowsOptions,
): readonly string[] {
  const [first = "", ...more] = text.split("\n").map(printable);
  const width = stringWidth(start);
  const indent = width <= columns / 3 ? " ".repeat(width) : "  ";
  const rows = [...wrap(first, { columns, first: width, indent })];
  const shown = [`${lookStart(start)}${look(rows[0] ?? "")}`, ...rows.slice(1).map(look)];
  const inner = { columns, first: stringWidth(INNER), indent: INNER };
  for (const line of more) {
    const [one = "", ...others] = wrap(line, inner);
    shown.push(look(`${INNER}${one}`), ...others.map(look));
  }
  return shown;
}

/** The same person has the same colour everywhere. */
function colourOf({ fingerprint }: Person): Style {
  return COLOURS[parseInt(fingerprint.slice(0, 4), 16) % COLOURS.length] ?? "cyan";
}

/** A line of a screen that may have 40 columns has no room for seconds. */
function clock(ms: number): string {
  return wallTime(ms).slice(0, -":00".length);
}
