import stringWidth from "string-width";

/** What the status row tells of the room in front, and of the others. */
export interface StatusFacts {
  readonly title: string;
  /** Why nothing goes out now; nothing while all is well. */
  readonly trouble?: string | undefined;
  /** Own words on their way. */
  readonly waiting: number;
  /** Entries that the server has signed over, and all that there are. */
  readonly signed: number;
  readonly size: number;
  readonly people: number;
  /** Rooms with something new: their number, title, how much, and whether this side is named. */
  readonly others: readonly OtherRoom[];
}

/** A room that is not in front. */
export interface OtherRoom {
  readonly number: number;
  readonly title: string;
  readonly unread: number;
  readonly isMention: boolean;
}

const BETWEEN = " · ";

/**
 * The status row's text: what matters most comes first, and what does not fit is left out.
 *
 * @param facts What there is to tell.
 * @param columns Width of the terminal.
 * @returns At most a column less.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const facts = { title: "main", waiting: 0, signed: 41, size: 41, people: 3, others: [] };
 * assert.equal(statusText(facts, 80), "main · signed over up to 41 · 3 here");
 * assert.equal(statusText({ ...facts, signed: 40 }, 80), "main · signed over up to 40 of 41 · 3 here");
 * assert.equal(statusText(facts, 30), "main · signed over up to 41");
 * ```
 */
export function statusText(facts: StatusFacts, columns: number): string {
  const { title, trouble, waiting, signed, size, people, others } = facts;
  const of = signed < size ? ` of ${size}` : "";
  const fields = [
    ...trouble === undefined ? [] : [trouble],
    ...waiting === 0 ? [] : [`${waiting} on the way`],
    ...others.filter(({ isMention }) => isMention).map(otherText),
    `signed over up to ${signed}${of}`,
    ...people === 0 ? [] : [`${people} here`],
    ...others.filter(({ isMention }) => !isMention).map(otherText),
  ];
  let text = cut(title, columns - 1);
  for (const field of fields) {
    const longer = `${text}${BETWEEN}${field}`;
    if (stringWidth(longer) < columns) text = longer;
  }
  return text;
}

function otherText({ number, title, unread, isMention }: OtherRoom): string {
  return `${number}:${title} +${unread}${isMention ? "!" : ""}`;
}

function cut(text: string, columns: number): string {
  let short = text;
  while (stringWidth(short) > Math.max(1, columns)) short = short.slice(0, -1);
  return short;
}
