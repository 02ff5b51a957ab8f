/** What became of the connections of one attack. */
export interface Attacked {
  opened: number;
  /** Ended by the server, by what it said last; where it said nothing: by how. */
  readonly told: Map<string, number>;
  readonly untold: Map<string, number>;
  /** What was answered and is no refusal of the connection, by its name. */
  readonly answered: Map<string, number>;
}

/** As it goes to the process that measures. */
export interface AttackedReport {
  readonly opened: number;
  readonly told: Readonly<Record<string, number>>;
  readonly untold: Readonly<Record<string, number>>;
  readonly answered: Readonly<Record<string, number>>;
}

/** Counts what an attack was answered. */
export class Tally {
  readonly #attacked: Attacked = {
    opened: 0,
    told: new Map(),
    untold: new Map(),
    answered: new Map(),
  };

  /** A connection was tried. */
  opened(): void {
    this.#attacked.opened++;
  }

  /** The server ended it, with a reason. */
  told(code: string): void {
    add(this.#attacked.told, code);
  }

  /** The server ended it, without one. */
  untold(how: string): void {
    add(this.#attacked.untold, how);
  }

  /** The server answered. */
  answered(what: string, count = 1): void {
    add(this.#attacked.answered, what, count);
  }

  /** What was counted. */
  report(): AttackedReport {
    const { opened, told, untold, answered } = this.#attacked;
    const [tolds, untolds, answers] = [told, untold, answered].map((one) =>
      Object.fromEntries(one)
    );
    return { opened, told: tolds ?? {}, untold: untolds ?? {}, answered: answers ?? {} };
  }
}

function add(counts: Map<string, number>, name: string, count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
