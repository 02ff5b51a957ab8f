/**
 * Ways to change a transcript of protocol 1 without its keys: one change each, decided by a seed.
 *
 * @module
 */

import { LINE_MUTATIONS, type LineMutation } from "./line_mutations.ts";

/** All kinds. */
export const TEXT_MUTATIONS: Readonly<Record<string, LineMutation>> = {
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
  ...LINE_MUTATIONS,
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
