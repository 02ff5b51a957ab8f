/**
 * Tells what a file is by its first line, and gives all of it again.
 *
 * @module
 */

/** What `securechat verify` can read. */
export type FileKind = "protocol 1" | "protocol 2" | "proof";

/** A file that is being read. */
export interface KnownFile {
  readonly kind: FileKind;
  /** Its bytes, from the first on. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** First lines are shorter: two chains of certificates. */
const FIRST_LINE_MAX_BYTES = 262_144;

const NEWLINE = 0x0a;

/**
 * Looks at a first line. What is no JSON is left to the reader of protocol 1, whose files are text.
 *
 * @param chunks The file.
 * @returns What it is, and its bytes.
 */
export async function kindOfFile(chunks: AsyncIterable<Uint8Array>): Promise<KnownFile> {
  const rest = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let length = 0;
  while (length < FIRST_LINE_MAX_BYTES && read.at(-1)?.includes(NEWLINE) !== true) {
    const { done, value } = await rest.next();
    if (done === true) break;
    read.push(value);
    length += value.length;
  }
  return { kind: kindOf(firstLine(read)), chunks: again(read, rest) };
}

function firstLine(read: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  const text = read.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  return text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n"));
}

function kindOf(line: string): FileKind {
  if (!line.startsWith("{")) return "protocol 1";
  return line.endsWith(`"type":"proof","version":2}`) ? "proof" : "protocol 2";
}

async function* again(
  read: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* read;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
