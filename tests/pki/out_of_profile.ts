/**
 * Cases of published suites that the profile refuses on purpose, by the suites' own numbers, with the
 * reason. None of them is accepted against the suite's word, but for those named as the web's alone.
 *
 * @module
 */

/** x509-limbo. */
export const LIMBO_OUT_OF_PROFILE: Readonly<Record<string, string>> = {
  "rfc5280::ca-as-leaf":
    "a CA certificate is for no role here; the suite's webpki::ca-as-leaf says the same",
};

/** Cases of x509-limbo that only the web's rules refuse; a team's rules accept them on purpose. */
export const LIMBO_WEB_ONLY: Readonly<Record<string, string>> = {
  "webpki::eku::ee-critical-eku": "RFC 5280 §4.2.1.12 allows a critical extended key usage",
  "webpki::san::no-san": "RFC 6125 §6.4.4: a CN counts without alternative names",
};

/** NIST PKITS. */
export const PKITS_OUT_OF_PROFILE: Readonly<Record<string, string>> = {
  "pkits::4.1.4": "DSA",
  "pkits::4.1.5": "DSA, with inherited parameters",
  "pkits::4.14.30":
    "the CRL issuer's own status is only in the CRL that it signs: nobody vouches for itself here",
};
