/**
 * NIST PKITS through `validatePath()`: all of RFC 5280 §6, revocation demanded for every certificate.
 *
 * @module
 */

import assert from "node:assert/strict";
import { validatePath } from "../../src/pki/path/validate_path.ts";
import { printTally, runPathSuite } from "../testkit/path_suite.ts";
import { suiteTest } from "../testkit/suites.ts";
import { PKITS_OUT_OF_PROFILE } from "./out_of_profile.ts";

const CERTS_MAX = 10; // the suite's longest paths have eight
const AS_EXPECTED_MIN = 0.95;

suiteTest("validatePath() passes NIST PKITS", {
  file: "nist-pkits/pkits.json",
  upstream: "https://csrc.nist.gov/projects/pki-testing",
}, async (text) => {
  const tally = await runPathSuite(text, {
    validate: validatePath,
    outOfProfile: PKITS_OUT_OF_PROFILE,
    ask: () => ({ maxPathCerts: CERTS_MAX, revocation: "required" }),
  });
  printTally("NIST PKITS", tally);
  assert.equal(tally.total, 249);
  assert.deepEqual(tally.wronglyAccepted, []);
  assert.deepEqual(tally.wronglyRejected, []);
  const inProfile = tally.total - tally.outOfProfile.length;
  assert.ok(tally.asExpected.length / inProfile >= AS_EXPECTED_MIN);
});
