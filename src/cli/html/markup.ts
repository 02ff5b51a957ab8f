/**
 * HTML in which foreign text can do nothing: what is no {@link Markup} is escaped, always.
 *
 * Text of transcripts, names and paths goes through `printable()`, and what that made visible is set
 * apart, so that an escape in a report is never mistaken for words that look like one.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";

/** HTML that this program wrote. */
export class Markup {
  readonly #html: string;

  /** @param html Made by {@link markup} or by hand of constants alone, never of foreign text. */
  constructor(html: string) {
    this.#html = html;
  }

  toString(): string {
    return this.#html;
  }
}

/** What may stand in a template. */
export type Part = string | number | Markup | undefined | readonly Part[];

/** What only this source's own layout needs. */
const INDENT = /\n[ \n]+/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Makes HTML: texts in it are escaped as {@link foreign} does, Markup is taken as it is, lists are joined,
 * nothing is nothing.
 *
 * @param literals What stands between the values: this program's own HTML.
 * @param parts The values. Between quotes of an attribute only numbers and constants may stand.
 * @returns The HTML.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const words = `<b>" & 'c'`;
 * assert.equal(String(markup`<p>${words}</p>`), "<p>&lt;b&gt;&quot; &amp; &#39;c&#39;</p>");
 * ```
 */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const all = literals.map((literal, index) =>
    `${literal.replace(INDENT, "\n")}${partOf(parts[index])}`
  );
  return new Markup(all.join(""));
}

function partOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return String(part);
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return String(foreign(part));
  return part.map(partOf).join("");
}

/**
 * Foreign text as HTML.
 *
 * @param text Anything.
 * @returns Markup of one line; what `printable()` escapes is set apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(String(foreign("a\u202eb")), 'a<span class="esc">\\u{202e}</span>b');
 * ```
 */
export function foreign(text: string): Markup {
  if (printable(text) === text) return new Markup(escaped(text));
  const shown = Array.from(text, (character) => {
    const visible = printable(character);
    return visible === character ? escaped(character) : `<span class="esc">${visible}</span>`;
  });
  return new Markup(shown.join(""));
}

/**
 * Foreign text where no tag may stand: in a title.
 *
 * @param text Anything.
 * @returns Markup without tags.
 */
export function plain(text: string): Markup {
  return new Markup(escaped(printable(text)));
}

/**
 * A name among other words: its direction of writing moves none of them.
 *
 * @param text Anything.
 * @returns Markup.
 */
export function name(text: string): Markup {
  return markup`<bdi>${text}</bdi>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");
}
