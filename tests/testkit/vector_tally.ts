/**
 * Counts the vectors of a published suite and says in one line what came out.
 *
 * @module
 */

import assert from "node:assert/strict";

/** What came out of a suite. */
export class VectorTally {
  readonly #name: string;
  readonly #wrong: string[] = [];
  #total = 0;
  #asExpected = 0;
  #unjudged = 0;

  /** @param name The suite's name, as printed. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Counts a vector: what a function said of it, and what it should say. */
  judge(id: string | number, got: unknown, expected: unknown): void {
    this.#total++;
    try {
      assert.deepEqual(got, expected);
      this.#asExpected++;
    } catch {
      this.#wrong.push(String(id));
    }
  }

  /** Counts a vector that no function can be asked about. */
  leave(): void {
    this.#total++;
    this.#unjudged++;
  }

  /**
   * Prints the counts, and fails unless they are these: fewer vectors mean that the file was read wrongly.
   *
   * @param expected Vectors in the suite, and those of them that cannot be judged.
   */
  close(expected: { readonly total: number; readonly unjudged?: number }): void {
    const left = this.#unjudged === 0 ? "" : `, ${this.#unjudged} not for a function here`;
    const line = `${this.#name}: ${this.#total} cases, ${this.#asExpected} as expected${left}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
    assert.deepEqual(this.#wrong, [], this.#name);
    assert.equal(this.#total, expected.total, this.#name);
    assert.equal(this.#unjudged, expected.unjudged ?? 0, this.#name);
  }
}
