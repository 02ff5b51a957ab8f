/**
 * Every attack on protocol 2, in the order of the table.
 *
 * @module
 */

import type { Attack } from "../attack.ts";
import { ATTACKS as ACCOUNTS } from "./accounts.ts";
import { ATTACKS as CAPTURE } from "./capture.ts";
import { ATTACKS as FLOODS } from "./floods.ts";
import { ATTACKS as HANDSHAKE } from "./handshake.ts";
import { ATTACKS as IDENTITY } from "./identity.ts";
import { ATTACKS as LIES } from "./lies.ts";
import { ATTACKS as RECORDS } from "./records.ts";
import { ATTACKS as SCREENS } from "./screens.ts";
import { ATTACKS as STATEMENTS } from "./statements.ts";

/** All rows. */
export const ROOM_ATTACKS: readonly Attack[] = [
  ...IDENTITY,
  ...HANDSHAKE,
  ...RECORDS,
  ...STATEMENTS,
  ...LIES,
  ...ACCOUNTS,
  ...FLOODS,
  ...SCREENS,
  ...CAPTURE,
];
