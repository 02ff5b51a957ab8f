/**
 * C2SP/x509-limbo through `validatePath()`: certification paths, each with what RFC 5280 or the web's
 * profile says of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type PathRequest, validatePath } from "../../src/pki/path/validate_path.ts";
import { type PathCase, printTally, runPathSuite } from "../testkit/path_suite.ts";
import { suiteTest } from "../testkit/suites.ts";
import { LIMBO_OUT_OF_PROFILE, LIMBO_WEB_ONLY } from "./out_of_profile.ts";

const CERTS_DEFAULT = 4;

suiteTest("validatePath() passes x509-limbo", {
  file: "x509-limbo/limbo-rsa2048.dev.json",
  upstream: "https://github.com/C2SP/x509-limbo",
}, async (text) => {
  const tally = await runPathSuite(text, {
    validate: validatePath,
    outOfProfile: LIMBO_OUT_OF_PROFILE,
    ask: askLimbo,
  });
  printTally("x509-limbo", tally);
  assert.equal(tally.total, 97);
  assert.deepEqual(tally.wronglyAccepted, []);
  assert.deepEqual(tally.wronglyRejected, []);
  const { cases }: { readonly cases: readonly PathCase[] } = JSON.parse(text);
  const agreed = cases.filter(({ tier }) => tier === "all-peers-agree").map(({ id }) => id);
  assert.deepEqual(agreed.filter((id) => !tally.asExpected.includes(id)), []);
});

suiteTest("validatePath() differs from the web's rules for a team where it says so", {
  file: "x509-limbo/limbo-rsa2048.dev.json",
  upstream: "https://github.com/C2SP/x509-limbo",
}, async (text) => {
  const tally = await runPathSuite(text, {
    validate: validatePath,
    outOfProfile: LIMBO_OUT_OF_PROFILE,
    ask: (one) => ({ ...askLimbo(one), rules: "team" }),
  });
  assert.deepEqual(tally.wronglyAccepted, Object.keys(LIMBO_WEB_ONLY));
  assert.deepEqual(tally.wronglyRejected, []);
});

/** The suite counts CAs between root and leaf; its webpki cases follow the CA/Browser Forum. */
function askLimbo(one: PathCase): Partial<PathRequest> {
  return {
    maxPathCerts: one.max_chain_depth === undefined ? CERTS_DEFAULT : one.max_chain_depth + 2,
    rules: "web",
    revocation: one.crls.length > 0 ? "required" : "none",
  };
}
