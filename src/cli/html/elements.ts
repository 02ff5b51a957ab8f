/**
 * The small parts that every section of a report is made of.
 *
 * @module
 */

import { isoTime } from "../../transcript/v1/times.ts";
import { Markup, markup, type Part } from "./markup.ts";

const DIGITS_A_GROUP = 8;

/**
 * A moment, in UTC.
 *
 * @param ms Milliseconds since the Unix epoch.
 * @returns Markup: date and time, to the second where `ms` is a whole one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const text = String(moment(1500));
 * assert.match(text, /datetime="1970-01-01T00:00:01.500Z"/);
 * ```
 */
export function moment(ms: number): Markup {
  const iso = isoTime(ms);
  const [date, time] = iso.split("T");
  if (date === undefined || time === undefined) return markup`${iso}`;
  const short = time.replace("Z", "").replace(".000", "");
  return markup`<time datetime="${new Markup(iso)}"><span>${date}</span> ${short}</time>`;
}

/**
 * Hex digits that may break at the end of a line and are copied whole.
 *
 * @param hex The digits.
 * @returns Markup.
 */
export function digits(hex: string): Markup {
  const groups = hex.match(new RegExp(`.{1,${DIGITS_A_GROUP}}`, "gsu")) ?? [];
  return markup`<code class="hex">${
    groups.map((group, index) => index === 0 ? markup`${group}` : markup`<wbr>${group}`)
  }</code>`;
}

/** A term and what is said of it. */
export type Term = readonly [string, Part];

/**
 * A list of terms.
 *
 * @param terms They; those with nothing said are left out.
 * @returns Markup.
 */
export function termList(terms: readonly Term[]): Markup {
  const rows = terms.filter(([, value]) => value !== undefined)
    .map(([term, value]) =>
      markup`
        <div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>
      `
    );
  return markup`
    <dl>
    ${rows}</dl>
  `;
}

/**
 * A list of sentences.
 *
 * @param items They.
 * @returns Markup.
 */
export function bullets(items: readonly Part[]): Markup {
  return markup`
    <ul>
    ${
    items.map((item) =>
      markup`
        <li>${item}</li>
      `
    )
  }</ul>
  `;
}

/**
 * A section.
 *
 * @param id Its anchor: a constant.
 * @param title Its heading.
 * @param content What is in it.
 * @returns Markup.
 */
export function section(
  { id, title }: { readonly id: string; readonly title: string },
  content: Part,
): Markup {
  return markup`
    <section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${content}</section>
  `;
}

/**
 * The head of a table.
 *
 * Roles are written down: where a narrow screen stacks the cells, browsers would forget them.
 *
 * @param className Its class: a constant.
 * @param caption What it is, for those who do not see it.
 * @param columns Titles.
 * @returns Markup, up to the first row.
 */
export function tableStart(
  { className, caption }: { readonly className: string; readonly caption: string },
  columns: readonly string[],
): Markup {
  const titles = columns.map((column) =>
    markup`<th scope="col" role="columnheader">${column}</th>`
  );
  return markup`
    <table class="${className}" role="table">
      <caption>${caption}</caption>
      <thead role="rowgroup">
        <tr role="row">${titles}</tr>
      </thead>
      <tbody role="rowgroup">
  `;
}

/** The end of what {@link tableStart} began. */
export const TABLE_END = new Markup("</tbody>\n</table>\n");

/**
 * A number with its noun.
 *
 * @param count How many.
 * @param one The noun for one of them.
 * @param more The noun for others.
 * @returns Text, as "1 entry".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(counted(12000, "entry", "entries"), "12,000 entries");
 * ```
 */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}
