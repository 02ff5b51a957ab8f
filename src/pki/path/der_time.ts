/**
 * Times of certificates and CRLs (RFC 5280 §4.1.2.5): seconds, always in UTC, nothing looser.
 *
 * @module
 */

import { type DerValue, malformed, TAG } from "./der.ts";

const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Reads a UTCTime or a GeneralizedTime.
 *
 * @param value The value.
 * @returns Milliseconds since the Unix epoch, whole seconds.
 * @throws {ChatError} FORMAT for any other form, or a date that does not exist.
 */
export function parseTime(value: DerValue): number {
  const text = String.fromCharCode(...value.content.subarray(0, 32));
  const isUtc = value.tag === TAG.utcTime;
  if (!isUtc && value.tag !== TAG.generalizedTime) throw malformed("time of an unknown kind");
  const parts = (isUtc ? UTC_TIME : GENERALIZED_TIME).exec(text)?.slice(1).map(Number);
  if (parts === undefined) throw malformed("time that is not in seconds and UTC");
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const century = written >= 50 ? 1900 : 2000; // RFC 5280 §4.1.2.5.1
  const year = isUtc ? century + written : written;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day &&
    date.getUTCHours() === hour && date.getUTCMinutes() === minute;
  if (!exists) throw malformed("time that does not exist");
  return date.getTime();
}
