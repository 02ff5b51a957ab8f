/** What a half-typed word may become. */
export interface Completion {
  /** The text before the cursor, as far as it is certain. */
  readonly text: string;
  /** The words that are possible, where there are several. */
  readonly options: readonly string[];
}

/** Words that can be completed. */
export interface Completable {
  /** With their slash. */
  readonly commands: readonly string[];
  readonly rooms: readonly string[];
  readonly people: readonly string[];
}

/**
 * Completes the word before the cursor: a command at the start of the line, a room behind `/join`,
 * `/part` and `/room`, anywhere else a name.
 *
 * @param before The text before the cursor.
 * @param known What there is.
 * @returns What it becomes; the same text where nothing fits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const known = { commands: ["/join", "/quit"], rooms: ["pumps"], people: ["alice", "alan"] };
 * assert.equal(complete("/j", known).text, "/join ");
 * assert.equal(complete("/join p", known).text, "/join pumps ");
 * assert.deepEqual(complete("ask @al", known), { text: "ask @al", options: ["alice", "alan"] });
 * assert.equal(complete("ali", known).text, "alice: ");
 * ```
 */
export function complete(before: string, known: Completable): Completion {
  const [, head = "", typed = ""] = /^(.*?)([^\s]*)$/s.exec(before) ?? [];
  const isCommand = head === "" && typed.startsWith("/");
  const isRoom = /^\/(join|part|room)\s+$/.test(head);
  const at = typed.startsWith("@") ? "@" : "";
  const word = typed.slice(at.length);
  const words = isCommand ? known.commands : isRoom ? known.rooms : known.people;
  const options = words.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  const [only] = options;
  if (only === undefined || typed === "") return { text: before, options: [] };
  if (options.length === 1) {
    const end = head === "" && !isCommand && at === "" ? ": " : " ";
    return { text: `${head}${at}${only}${end}`, options: [] };
  }
  const common = commonStart(options);
  return { text: `${head}${at}${common.length > word.length ? common : word}`, options };
}

function commonStart(words: readonly string[]): string {
  const [first = "", ...more] = words;
  let { length } = first;
  for (const word of more) {
    while (!word.toLowerCase().startsWith(first.slice(0, length).toLowerCase())) length--;
  }
  return first.slice(0, length);
}
