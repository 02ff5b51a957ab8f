import { printable } from "../../bytes/printable.ts";
import type { Person } from "../../chat/rooms_event.ts";

/** Digits of a fingerprint that tell two people of one name apart, at least. */
const DIGITS = 4;

/** What the server is called where its own words are shown: nobody else is called so alone. */
const SERVER = "server";

/**
 * Names as they are shown. Nobody can take another's name, for the CA vouches for it; but two
 * certificates may have the same one, and then both are shown with the first digits of their fingerprints.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [one, other] = ["1a2b", "3c4d"].map((digits) => ({ name: "alice", fingerprint: digits.repeat(16) }));
 * const names = new PersonNames();
 * if (one === undefined || other === undefined) throw new Error();
 * assert.equal(names.of(one), "alice");
 * assert.equal(names.of(other), "alice#3c4d");
 * assert.equal(names.of(one), "alice#1a2b");
 * assert.equal(names.of({ ...one, name: "server" }), "server#1a2b");
 * ```
 */
export class PersonNames {
  /** By name: the fingerprints of those who have it. */
  readonly #known = new Map<string, Set<string>>([[SERVER, new Set(["-"])]]);

  /**
   * How somebody is called.
   *
   * @param person Who.
   * @returns His name, printable.
   */
  of({ name, fingerprint }: Person): string {
    const known = this.#known.get(name) ?? new Set();
    this.#known.set(name, known.add(fingerprint));
    const others = [...known].filter((one) => one !== fingerprint);
    if (others.length === 0) return printable(name);
    let digits = DIGITS;
    while (others.some((one) => one.startsWith(fingerprint.slice(0, digits)))) digits++;
    return `${printable(name)}#${fingerprint.slice(0, digits)}`;
  }

  /**
   * Finds somebody by what is typed.
   *
   * @param typed A name as it is shown, or a fingerprint's first 8 digits or more.
   * @param people Who there is.
   * @returns Those who may be meant.
   */
  find(typed: string, people: readonly Person[]): readonly Person[] {
    const wanted = typed.replace(/^@/, "");
    const exact = people.filter((person) => this.of(person) === wanted || person.name === wanted);
    if (exact.length > 0) return exact;
    return /^[0-9a-f]{8,64}$/.test(wanted)
      ? people.filter(({ fingerprint }) => fingerprint.startsWith(wanted))
      : [];
  }
}
