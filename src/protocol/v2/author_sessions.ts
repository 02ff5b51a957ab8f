import { ChatError } from "../../errors.ts";
import type { Statement } from "./statement.ts";

/** An author's last statement in a session. */
interface Last {
  readonly seq: number;
  readonly size: number;
}

/** How far each author has come in each of his sessions, as one room's reader saw it. */
export class AuthorSessions {
  /** By author, then by session. */
  readonly #last = new Map<string, Map<string, Last>>();

  /**
   * Checks a statement's number.
   *
   * @param statement It.
   * @returns Size of the author's statement before it; 0 if it is the first that this reader sees, and
   * may have any number: what was before it may lie before the reader's first entry.
   * @throws {ChatError} REPLAY if its number is not the next one.
   */
  lastSize(statement: Statement): number {
    const last = this.#find(statement);
    if (last === undefined) return 0;
    if (statement.seq === last.seq + 1) return last.size;
    throw new ChatError(
      "REPLAY",
      `cannot accept statement ${statement.seq}: expected number ${last.seq + 1} of its author`,
    );
  }

  /**
   * Whether an earlier statement of the same author and session was noted.
   *
   * @param statement It.
   * @returns Whether there was one.
   */
  has(statement: Statement): boolean {
    return this.#find(statement) !== undefined;
  }

  /**
   * Notes a statement.
   *
   * @param statement It was placed.
   */
  placed({ author, session, seq, size }: Statement): void {
    const known = this.#last.get(author);
    const sessions = known ?? new Map<string, Last>();
    if (known === undefined) this.#last.set(author, sessions);
    sessions.set(session, { seq, size });
  }

  #find({ author, session }: Statement): Last | undefined {
    return this.#last.get(author)?.get(session);
  }
}
