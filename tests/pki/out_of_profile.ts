/**
 * Cases of published suites that the profile refuses on purpose, by the suites' own numbers, with the
 * reason. None of them is accepted against the suite's word: the runners count that as a failure.
 *
 * @module
 */

/** x509-limbo. */
export const LIMBO_OUT_OF_PROFILE: Readonly<Record<string, string>> = {
  "rfc5280::ca-as-leaf":
    "a CA certificate is for no role here; the suite's webpki::ca-as-leaf says the same",
};

/** NIST PKITS. */
export const PKITS_OUT_OF_PROFILE: Readonly<Record<string, string>> = {
  "pkits::4.1.4": "DSA",
  "pkits::4.1.5": "DSA, with inherited parameters",
  "pkits::4.14.30":
    "the CRL issuer's own status is only in the CRL that it signs: nobody vouches for itself here",
};
