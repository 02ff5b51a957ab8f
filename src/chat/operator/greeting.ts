/**
 * The message of the day in a room. A server of protocol 2 has words for all or for nobody, so it is a
 * signed notice in the room's log: said when it is new, and again after somebody has joined who is not
 * shown the last one among the entries before.
 *
 * @module
 */

import { membersOfDirectRoom } from "../../protocol/v2/room_name.ts";
import type { OperatorBook } from "./book.ts";

/** What a greeting is made of. */
export interface GreetingOptions {
  readonly room: string;
  readonly book: Pick<OperatorBook, "motd">;
  /** Says it in the room; gives its place in the log. */
  say(text: string): Promise<number>;
}

/** See the module. */
export class Greeting {
  readonly #options: GreetingOptions;
  /** What was said last, and where: Infinity while it is being said. */
  #last = { text: "", index: -1 };

  /** @param options Where, and what. */
  constructor(options: GreetingOptions) {
    this.#options = options;
  }

  /**
   * Sees to it that somebody is shown the message. Not in a room of two: that is theirs.
   *
   * @param from The first entry that they are shown.
   * @returns When it is signed, or nothing was to say.
   */
  async shownFrom(from: number): Promise<void> {
    const { room, book: { motd: text }, say } = this.#options;
    if (text === "" || membersOfDirectRoom(room) !== undefined) return;
    if (this.#last.text === text && this.#last.index >= from) return;
    const said = { text, index: Infinity }; // whoever joins meanwhile is shown it too
    this.#last = said;
    try {
      said.index = await say(text);
    } catch (thrown) {
      said.index = -1;
      throw thrown;
    }
  }
}
