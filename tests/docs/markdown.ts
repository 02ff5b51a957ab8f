/**
 * What tests read out of README.md and docs/: sections, tables, marked console blocks, links.
 *
 * @module
 */

/** The repository. */
export const ROOT = new URL("../../", import.meta.url);

/** A console block under a comment such as `<!-- run -->`. */
export interface MarkedBlock {
  /** "run", "serve" or "connect". */
  readonly mark: string;
  readonly text: string;
}

/**
 * Reads a document.
 *
 * @param path Its path in the repository.
 * @returns Its text.
 */
export function readDocument(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/**
 * The part of a document below a heading, to the next heading of its level or above.
 *
 * @param text The document.
 * @param heading The heading as it stands: "## Errors".
 * @returns The part, without the heading.
 */
export function sectionOf(text: string, heading: string): string {
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`no heading ${heading}`);
  const level = heading.indexOf(" ");
  const rest = text.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  return end === -1 ? rest : rest.slice(0, end);
}

/**
 * The rows of all tables of a part, without their headings.
 *
 * @param text The part.
 * @returns Cells, trimmed.
 */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  return lines.filter((line, index) =>
    line.startsWith("|") && !isRule(line) && !isRule(lines[index + 1] ?? "")
  ).map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

function isRule(line: string): boolean {
  return /^\|[ :|-]+\|$/.test(line);
}

/**
 * What stands in backticks.
 *
 * @param text The text.
 * @returns Each piece, without them.
 */
export function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, piece = ""]) => piece);
}

/**
 * The console blocks of a document that are marked to be tried.
 *
 * @param text The document.
 * @returns The blocks in their order.
 */
export function markedBlocks(text: string): readonly MarkedBlock[] {
  return [...text.matchAll(/^<!-- (\w+) -->\n\n```console\n([^]*?)^```$/gm)]
    .map(([, mark = "", block = ""]) => ({ mark, text: block }));
}

/**
 * The links of a document that lead to the repository's own files.
 *
 * @param text The document.
 * @returns Path, empty for the document itself, and the heading's anchor, empty for none.
 */
export function linksOf(
  text: string,
): readonly { readonly path: string; readonly anchor: string }[] {
  return [...text.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?\)/g)]
    .map(([, path = "", anchor = ""]) => ({ path, anchor }))
    .filter(({ path }) => !/^[a-z]+:/.test(path));
}

/**
 * The anchors of a document's headings, as code hosts make them.
 *
 * @param text The document.
 * @returns The anchors.
 */
export function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")
  );
}
