import stringWidth from "string-width";

/**
 * Cuts text into rows of a terminal, between words where that is possible.
 *
 * @param text Printable text of one line.
 * @param options Width of the terminal, and of what stands before the text in the first row, columns;
 * `indent`: what the following rows begin with.
 * @returns The rows; the first one without what stands before it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const rows = wrap("pump 2 is leaking badly", { columns: 14, first: 4, indent: "  " });
 * assert.deepEqual(rows, ["pump 2 is", "  leaking", "  badly"]);
 * assert.deepEqual(wrap("abcdefghijkl", { columns: 9, first: 0, indent: "" }), ["abcdefgh", "ijkl"]);
 * ```
 */
export function wrap(
  text: string,
  { columns, first, indent }: {
    readonly columns: number;
    readonly first: number;
    readonly indent: string;
  },
): readonly string[] {
  // The last column stays free: writing into it makes some terminals wrap.
  const most = Math.max(8, columns - 1);
  const rows: string[] = [];
  let row = "";
  let width = first;
  let isEmpty = true;
  const next = () => {
    rows.push(row.trimEnd());
    [row, width, isEmpty] = [indent, stringWidth(indent), true];
  };
  for (const word of text.match(/ *[^ ]+| +$/g) ?? []) {
    const wide = stringWidth(word);
    if (width + wide <= most) {
      [row, width, isEmpty] = [row + word, width + wide, false];
      continue;
    }
    const bare = word.trimStart();
    if (!isEmpty) next();
    if (width + stringWidth(bare) <= most) {
      [row, width, isEmpty] = [row + bare, width + stringWidth(bare), false];
      continue;
    }
    for (const { segment } of segmenter.segment(bare)) {
      const columnsOf = stringWidth(segment);
      if (width + columnsOf > most && !isEmpty) next();
      [row, width, isEmpty] = [row + segment, width + columnsOf, false];
    }
  }
  rows.push(row.trimEnd());
  return rows;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
