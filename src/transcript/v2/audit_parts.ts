import type { EntryTimes } from "./entry_times.ts";
import type { FilePeople } from "./file_people.ts";
import type { RoomHeader } from "./room_lines.ts";
import type { SignedRootAt } from "./room_report.ts";
import type { LineSignature } from "./signature_queue.ts";

/** What an audit is made of. */
export interface RoomAuditParts {
  readonly header: RoomHeader;
  readonly people: FilePeople;
  readonly times: EntryTimes;
  /** Texts of entries below are kept until an entry's time is known. */
  readonly keepsTextsTo: number;
  /** Takes a signature to be checked; tells when more may be read, if that is not now. */
  sign(signature: LineSignature): Promise<void> | undefined;
  /** Told of every root that the server has signed. */
  onServerRoot?(root: SignedRootAt): void;
}
