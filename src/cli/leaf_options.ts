/**
 * The options that commands which issue certificates share.
 *
 * @module
 */

import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { checkedValue, daysValue, patternValue } from "./args.ts";
import { passphraseParsers } from "./passphrase.ts";
import { COMMON_NAME_PATTERN, parseSubjectName } from "./subject_names.ts";

/** What a CN may be, in words. */
export const COMMON_NAME_EXPECTED =
  "1 to 64 letters, digits and . _ @ -, with a letter or digit at both ends";

/** The value of `--cn`. */
export const commonNameValue = patternValue({
  metavar: "NAME",
  pattern: COMMON_NAME_PATTERN,
  expected: COMMON_NAME_EXPECTED,
});

/** The value of `--san`. */
export const subjectNameValue = checkedValue({
  metavar: "NAME",
  placeholder: "",
  expected: "a DNS name or an IP address",
  read: parseSubjectName,
});

/** The CA, its key, and the life of what it issues. */
export const issuerParsers = {
  days: optional(option("--days", daysValue())),
  ca: optional(option("--ca", string({ metavar: "FILE" }))),
  caKey: optional(option("--ca-key", string({ metavar: "FILE" }))),
  ...passphraseParsers,
};
