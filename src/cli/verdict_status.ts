import type { Verdict } from "../transcript/v1/report.ts";
import type { RoomVerdict } from "../transcript/v2/room_report.ts";

/** The exit status of a command that has verified a file. */
export const VERDICT_STATUS: Readonly<Record<Verdict | RoomVerdict, number>> = {
  "VALID": 0,
  "INVALID": 1,
  "INCOMPLETE": 3,
  "VALID SO FAR": 3,
};
