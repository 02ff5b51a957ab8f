/**
 * Ways to change a room's file without its keys: one change each, decided by a seed.
 *
 * @module
 */

import type { SeededRandom } from "./seeded_random.ts";

/** A changed file. */
export interface MutatedFile {
  readonly kind: string;
  readonly lines: readonly string[];
  /** The first line that differs, counted from 1. */
  readonly line: number;
  /** Cut off behind the lines. */
  readonly torn?: string;
}

/** What there is to change, and to take lines from. */
export interface MutationGround {
  readonly lines: readonly string[];
  /** Lines of other sessions, rooms, logs and people. */
  readonly others: readonly (readonly string[])[];
}

type Mutation = (
  ground: MutationGround,
  random: SeededRandom,
) => Omit<MutatedFile, "kind"> | undefined;

/** All kinds. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bit flipped": ({ lines }, random) => {
    const at = random.below(lines.length);
    const text = lines[at] ?? "";
    const place = random.below(text.length);
    const code = text.charCodeAt(place) ^ (1 << random.below(7));
    const flipped = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
    return { lines: lines.with(at, flipped), line: at + 1 };
  },
  "line cut": ({ lines }, random) => {
    const at = random.below(lines.length);
    return { lines: lines.toSpliced(at, 1), line: at + 1 };
  },
  "lines cut": ({ lines }, random) => {
    const at = random.below(lines.length);
    return { lines: lines.toSpliced(at, 2 + random.below(5)), line: at + 1 };
  },
  "tail cut": ({ lines }, random) => {
    const at = 1 + random.below(lines.length - 1);
    return { lines: lines.slice(0, at), line: at + 1 };
  },
  "tail torn": ({ lines }, random) => {
    const at = 1 + random.below(lines.length - 1);
    const text = lines[at] ?? "";
    const torn = text.slice(0, 1 + random.below(text.length - 1));
    return { lines: lines.slice(0, at), torn, line: at + 1 };
  },
  "lines swapped": ({ lines }, random) => {
    const [one, other] = [random.below(lines.length), random.below(lines.length)];
    if (one === other || lines[one] === lines[other]) return undefined;
    const swapped = lines.with(one, lines[other] ?? "").with(other, lines[one] ?? "");
    return { lines: swapped, line: Math.min(one, other) + 1 };
  },
  "line repeated": ({ lines }, random) => {
    const at = random.below(lines.length);
    const to = at + 1 + random.below(lines.length - at);
    return { lines: lines.toSpliced(to, 0, lines[at] ?? ""), line: to + 1 };
  },
  "line spliced in": ({ lines, others }, random) => {
    const other = random.pick(others);
    const at = 1 + random.below(lines.length - 1);
    return { lines: lines.toSpliced(at, 0, random.pick(other)), line: at + 1 };
  },
  "line replaced": ({ lines, others }, random) => {
    const at = random.below(lines.length);
    const text = random.pick(random.pick(others));
    return text === lines[at] ? undefined : { lines: lines.with(at, text), line: at + 1 };
  },
  "same kind replaced": ({ lines, others }, random) => {
    const at = random.below(lines.length);
    const type = typeOf(lines[at]);
    const candidates = others.flat().filter((text) => typeOf(text) === type && text !== lines[at]);
    if (candidates.length === 0) return undefined;
    return { lines: lines.with(at, random.pick(candidates)), line: at + 1 };
  },
  "head removed": (ground, random) => removed(ground, random, "head"),
  "peer removed": (ground, random) => removed(ground, random, "peer"),
  "member replaced": ({ lines, others }, random) => {
    const at = random.below(lines.length);
    const [key, value] = random.pick(Object.entries(JSON.parse(lines[at] ?? "") as object));
    const all = others.flat().map((text) => JSON.parse(text) as Record<string, unknown>);
    const values = all.map((object) => object[key])
      .filter((one) => one !== undefined && JSON.stringify(one) !== JSON.stringify(value));
    if (values.length === 0) return undefined;
    const object = { ...JSON.parse(lines[at] ?? "") as object, [key]: random.pick(values) };
    return { lines: lines.with(at, JSON.stringify(object)), line: at + 1 };
  },
};

function removed({ lines }: MutationGround, random: SeededRandom, type: string) {
  const found = lines.flatMap((text, index) => typeOf(text) === type ? [index] : []);
  if (found.length === 0) return undefined;
  const at = random.pick(found);
  return { lines: lines.toSpliced(at, 1), line: at + 1 };
}

/** The type of a line. */
export function typeOf(text = ""): string {
  return /"type":"(\w+)"(?:,"version":2)?\}$/.exec(text)?.[1] ?? "";
}
