import type { ChainJudge } from "./chain_judge.ts";
import type { OwnIdentity } from "./handshake.ts";
import type { LogEntry } from "./entry_window.ts";

/** What a room at the server is made of. */
export interface RoomLogOptions {
  readonly room: string;
  readonly own: OwnIdentity;
  readonly judge: ChainJudge;
  /** How many past entries newcomers may see, and how many are kept for them. */
  readonly newcomersSee: number;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
  /** Now, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Told of every entry but the first in the turn in which it comes into the tree: the file's order. */
  readonly onEntry?: (entry: LogEntry) => void;
}
