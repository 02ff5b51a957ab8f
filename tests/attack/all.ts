/**
 * Every attack, in the order of the table.
 *
 * @module
 */

import type { Attack } from "./attack.ts";
import { ATTACKS as CAPTURE } from "./capture.ts";
import { ATTACKS as FLOOD } from "./flood.ts";
import { ATTACKS as FRAMES } from "./frames.ts";
import { ATTACKS as KEY_EXCHANGE } from "./key_exchange.ts";
import { ATTACKS as PASSWORDS } from "./passwords.ts";
import { ATTACKS as PEER_CERTIFICATE } from "./peer_certificate.ts";
import { ATTACKS as RECEIPTS } from "./receipts.ts";
import { ATTACKS as REPLAY } from "./replay.ts";
import { ATTACKS as STOLEN_CERTIFICATE } from "./stolen_certificate.ts";
import { ATTACKS as TAMPERING } from "./tampering.ts";
import { ATTACKS as TERMINAL } from "./terminal.ts";
import { ATTACKS as TRANSCRIPT_LINES } from "./transcript_lines.ts";
import { ROOM_ATTACKS } from "./v2/all.ts";

/** The rows of protocol 1. */
export const CLASSIC_ATTACKS: readonly Attack[] = [
  ...PEER_CERTIFICATE,
  ...STOLEN_CERTIFICATE,
  ...KEY_EXCHANGE,
  ...TAMPERING,
  ...REPLAY,
  ...RECEIPTS,
  ...FRAMES,
  ...FLOOD,
  ...PASSWORDS,
  ...TRANSCRIPT_LINES,
  ...TERMINAL,
  ...CAPTURE,
];

/** The rows of both protocols. */
export const ALL_ATTACKS: readonly Attack[] = [...CLASSIC_ATTACKS, ...ROOM_ATTACKS];
