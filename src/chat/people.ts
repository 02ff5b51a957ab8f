import type { Person } from "./rooms_event.ts";

/** People whose names are remembered. */
const PEOPLE_MAX = 8_192;

/** Everybody whose chain a client was shown, over all its connections. */
export class People {
  readonly #known = new Map<string, Person>();

  /** In order of their first appearance. */
  all(): readonly Person[] {
    return [...this.#known.values()];
  }

  /**
   * Who somebody is.
   *
   * @param fingerprint Of the leaf.
   * @param name What the chain says, if it was shown on this connection.
   * @returns Him, under the first 16 digits of the fingerprint if no chain was ever shown.
   */
  person(fingerprint: string, name: string | undefined): Person {
    const known = this.#known.get(fingerprint);
    if (known !== undefined) return known;
    const person = { name: name ?? fingerprint.slice(0, 16), fingerprint };
    if (name !== undefined && this.#known.size < PEOPLE_MAX) this.#known.set(fingerprint, person);
    return person;
  }
}
