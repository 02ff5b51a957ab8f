/**
 * Ways to change a room's file without its keys: one change each, decided by a seed.
 *
 * @module
 */

import {
  LINE_MUTATIONS,
  type LineMutation,
  type MutatedLines,
  type MutationGround,
} from "./line_mutations.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** A changed file, and how it was changed. */
export interface MutatedFile extends MutatedLines {
  readonly kind: string;
}

/** All kinds. */
export const MUTATIONS: Readonly<Record<string, LineMutation>> = {
  "bit flipped": ({ lines }, random) => {
    const at = random.below(lines.length);
    const text = lines[at] ?? "";
    const place = random.below(text.length);
    const code = text.charCodeAt(place) ^ (1 << random.below(7));
    const flipped = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
    return { lines: lines.with(at, flipped), line: at + 1 };
  },
  ...LINE_MUTATIONS,
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
