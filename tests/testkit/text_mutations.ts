/**
 * Ways to change a transcript of protocol 1 without its keys: one change each, decided by a seed.
 *
 * @module
 */

import type { SeededRandom } from "./seeded_random.ts";

/** A changed transcript. */
export interface MutatedText {
  readonly lines: readonly string[];
  /** The first line that differs, counted from 1. */
  readonly line: number;
  /** Cut off behind the lines, without an end. */
  readonly torn?: string;
}

/** What there is to change, and to take lines from. */
export interface TextGround {
  readonly lines: readonly string[];
  readonly others: readonly (readonly string[])[];
}

type Mutation = (ground: TextGround, random: SeededRandom) => MutatedText | undefined;

/** All kinds. */
export const TEXT_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bit flipped": ({ lines }, random) => {
    const at = random.below(lines.length);
    const text = lines[at] ?? "";
    if (text === "") return undefined;
    const place = random.below(text.length);
    const code = text.charCodeAt(place) ^ (1 << random.below(7));
    const flipped = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
    // A line feed makes two lines of one.
    return { lines: lines.toSpliced(at, 1, ...flipped.split("\n")), line: at + 1 };
  },
  "field replaced": ({ lines, others }, random) => {
    const at = random.pick(lines.flatMap((text, index) => isEntry(text) ? [index] : []));
    const fields = (lines[at] ?? "").split("|");
    const field = random.below(fields.length);
    const values = others.flat().filter(isEntry).map((text) => text.split("|")[field] ?? "");
    const value = random.pick(values);
    if (value === fields[field]) return undefined;
    return { lines: lines.with(at, fields.with(field, value).join("|")), line: at + 1 };
  },
  "line cut": ({ lines }, random) => {
    const at = random.below(lines.length);
    return { lines: lines.toSpliced(at, 1), line: at + 1 };
  },
  "lines cut": ({ lines }, random) => {
    const at = random.below(lines.length);
    return { lines: lines.toSpliced(at, 2 + random.below(4)), line: at + 1 };
  },
  "tail cut": ({ lines }, random) => {
    const at = 1 + random.below(lines.length - 1);
    return { lines: lines.slice(0, at), line: at + 1 };
  },
  "tail torn": ({ lines }, random) => {
    const at = 1 + random.below(lines.length - 1);
    const text = lines[at] ?? "";
    if (text.length < 2) return undefined;
    const torn = text.slice(0, 1 + random.below(text.length - 1));
    return { lines: lines.slice(0, at), torn, line: at + 1 };
  },
  "lines swapped": ({ lines }, random) => {
    const [one, other] = [random.below(lines.length), random.below(lines.length)];
    if (lines[one] === lines[other]) return undefined;
    const swapped = lines.with(one, lines[other] ?? "").with(other, lines[one] ?? "");
    return { lines: swapped, line: Math.min(one, other) + 1 };
  },
  "line repeated": ({ lines }, random) => {
    const at = random.below(lines.length);
    const to = at + 1 + random.below(lines.length - at);
    return { lines: lines.toSpliced(to, 0, lines[at] ?? ""), line: to + 1 };
  },
  "line spliced in": ({ lines, others }, random) => {
    const at = 1 + random.below(lines.length - 1);
    return { lines: lines.toSpliced(at, 0, random.pick(random.pick(others))), line: at + 1 };
  },
  "line replaced": ({ lines, others }, random) => {
    const at = random.below(lines.length);
    const text = random.pick(random.pick(others));
    return text === lines[at] ? undefined : { lines: lines.with(at, text), line: at + 1 };
  },
  "same kind replaced": ({ lines, others }, random) => {
    const at = random.below(lines.length);
    const kind = kindOf(lines[at] ?? "");
    const candidates = others.flat().filter((text) => kindOf(text) === kind && text !== lines[at]);
    if (candidates.length === 0) return undefined;
    return { lines: lines.with(at, random.pick(candidates)), line: at + 1 };
  },
};

function isEntry(text: string): boolean {
  return kindOf(text) === "entry";
}

function kindOf(text: string): string {
  if (text === "" || text.startsWith("=")) return text;
  return text.startsWith("#") ? text.slice(0, text.indexOf(":") + 1) : "entry";
}
