/**
 * The list of a folder's vectors, as it is on the disk.
 *
 * @param comment What the list is, for its readers.
 * @param vectors Vectors, each with the text of its file.
 * @returns JSON with everything but the texts.
 */
export function vectorIndexText(
  comment: string,
  vectors: readonly { readonly text: string }[],
): string {
  const cases = vectors.map(withoutText);
  return `${JSON.stringify({ comment, count: cases.length, cases }, null, 1)}\n`;
}

/** What a list says of a vector. */
export function withoutText({ text: _text, ...vector }: { readonly text: string }): object {
  return vector;
}
