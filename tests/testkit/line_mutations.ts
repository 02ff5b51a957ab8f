/**
 * Ways to change a text of lines that need no knowledge of what they mean: one change each, decided by
 * a seed.
 *
 * @module
 */

import type { SeededRandom } from "./seeded_random.ts";

/** A changed text. */
export interface MutatedLines {
  readonly lines: readonly string[];
  /** The first line that differs, counted from 1. */
  readonly line: number;
  /** Cut off behind the lines, without an end. */
  readonly torn?: string;
}

/** What there is to change, and to take lines from. */
export interface MutationGround {
  readonly lines: readonly string[];
  /** Lines of other sessions, rooms, logs and people. */
  readonly others: readonly (readonly string[])[];
}

/** One change; nothing where the dice fell on what cannot be changed so. */
export type LineMutation = (
  ground: MutationGround,
  random: SeededRandom,
) => MutatedLines | undefined;

/** All kinds. */
export const LINE_MUTATIONS: Readonly<Record<string, LineMutation>> = {
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
};
