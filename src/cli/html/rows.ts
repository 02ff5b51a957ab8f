/**
 * Rows of the conversation.
 *
 * @module
 */

import type { RoomEntry } from "../../transcript/v2/room_report.ts";
import type { EntryReport } from "../../transcript/v1/report.ts";
import { moment } from "./elements.ts";
import { Markup, markup, name, type Part } from "./markup.ts";

/** Titles of the columns of a room. */
export const ROOM_COLUMNS: readonly string[] = [
  "Entry",
  "Line",
  "Time (UTC)",
  "Author",
  "Kind",
  "Words",
];

/** Titles of the columns of a session of protocol 1. */
export const CLASSIC_COLUMNS: readonly string[] = ["Line", "No.", "Time (UTC)", "Author", "Words"];

/** The author's clock is told beside the server's where they differ by more, milliseconds. */
const CLOCKS_AGREE_MS = 60_000; // the server signs every half minute

const KINDS: Readonly<Record<RoomEntry["kind"], string>> = {
  say: "said",
  notice: "notice",
  open: "log begins",
  join: "came in",
  leave: "left",
  remove: "removed",
};

/**
 * A row for an entry of a room.
 *
 * @param entry It.
 * @returns The row.
 */
export function roomRow(entry: RoomEntry): Markup {
  const { index, line, ts, placedMs, isHeaded, author, kind } = entry;
  const differs = Math.abs(ts - placedMs) > CLOCKS_AGREE_MS;
  const clock = differs ? note("soft", markup`by its author's clock ${moment(ts)}`) : undefined;
  const open = isHeaded
    ? undefined
    : note("warn", markup`no signature of the server is over this entry; its time is its author's`);
  return markup`
    <tr role="row" ${isHeaded ? undefined : new Markup(' class="tail"')}>
      <th scope="row" role="rowheader" class="num">${index}</th>
      <td role="cell" class="num ln">${line}</td>
      <td role="cell" class="when">${moment(placedMs)}</td>
      <td role="cell" class="who"><b>${name(author)}</b></td>
      <td role="cell" class="kind">${KINDS[kind]}</td>
      <td role="cell" class="what">${wordsOf(entry)}${clock}${open}</td>
    </tr>
  `;
}

function wordsOf({ kind, text, about }: RoomEntry): Part {
  if (kind === "say" || kind === "notice") return words(text);
  if (kind === "open") return markup`<span class="soft">the log begins</span>`;
  const who = about === undefined ? markup`<code>${text.slice(0, 16)}</code>` : name(about);
  return markup`${who} <span class="soft">${
    KINDS[kind] === "removed" ? "was removed" : KINDS[kind]
  }</span>`;
}

/**
 * A row for an entry of protocol 1.
 *
 * @param entry It.
 * @param known The name in its author's certificate, and whether the words could be opened.
 * @returns The row.
 */
export function classicRow(
  { line, seqno, ts, author, fault, words: said }: EntryReport,
  { authorName, hasKey }: { readonly authorName: string | undefined; readonly hasKey: boolean },
): Markup {
  const wrong = fault === undefined
    ? undefined
    : note("fault", markup`<b>${fault.code}</b> ${fault.text}`);
  const who = author === undefined
    ? markup`<span class="fault">unknown</span>`
    : markup`<b>${name(authorName ?? author)}</b> <span class="soft">${author}</span>`;
  const closed = hasKey ? "could not be opened" : "encrypted, not opened";
  return markup`
    <tr role="row" ${fault && new Markup(' class="wrong"')}>
      <th scope="row" role="rowheader" class="num">${line}</th>
      <td role="cell" class="num">${seqno ?? "?"}</td>
      <td role="cell" class="when">${ts === undefined ? "?" : moment(ts)}</td>
      <td role="cell" class="who">${who}</td>
      <td role="cell" class="what">${
    said === undefined ? markup`<span class="soft">${closed}</span>` : words(said)
  }${wrong}</td>
    </tr>
  `;
}

/**
 * A row that says something between entries.
 *
 * @param kind `loose` where something is missing, `stop` where something is wrong, `sum` otherwise.
 * @param content What it says, and the columns that it goes across.
 * @returns The row.
 */
export function betweenRow(
  kind: "loose" | "stop" | "sum",
  { text, columns }: { readonly text: Part; readonly columns: readonly string[] },
): Markup {
  return markup`
    <tr role="row" class="line ${kind}">
      <td role="cell" colspan="${columns.length}">${text}</td>
    </tr>
  `;
}

function words(text: string): Markup {
  if (text === "") return markup`<span class="soft">(no words)</span>`;
  return markup`<div class="words" dir="auto">${text}</div>`;
}

function note(className: string, text: Part): Markup {
  return markup`<div class="note ${className}">${text}</div>`;
}
