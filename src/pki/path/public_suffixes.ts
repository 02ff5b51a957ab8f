/**
 * Names below which strangers own names, so that a wildcard there speaks for all of them.
 *
 * The full list (publicsuffix.org) is larger than this program and changes weekly. These are every
 * top-level name, the registries' usual second level, and the hosts that most people rent a name from.
 *
 * @module
 */

/** Second-level labels under which country registries sell names: co.uk, com.au. */
const REGISTRY_LABELS: ReadonlySet<string> = new Set(
  ["ac", "co", "com", "edu", "gob", "gov", "mil", "ne", "net", "or", "org", "sch"],
);

/** Hosts that give each customer a name of their own. */
const SHARED_HOSTS: ReadonlySet<string> = new Set([
  "appspot.com",
  "azurewebsites.net",
  "blogspot.com",
  "cloudfront.net",
  "compute.amazonaws.com",
  "elasticbeanstalk.com",
  "elb.amazonaws.com",
  "firebaseapp.com",
  "fly.dev",
  "github.io",
  "gitlab.io",
  "herokuapp.com",
  "netlify.app",
  "ngrok.io",
  "onrender.com",
  "pages.dev",
  "s3.amazonaws.com",
  "vercel.app",
  "web.app",
  "workers.dev",
]);

/**
 * Whether strangers own names directly below a name.
 *
 * @param host A DNS name in lower case.
 * @returns Whether it is one of the known ones; `false` says nothing about others.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(isPublicSuffix("com"), true);
 * assert.equal(isPublicSuffix("co.uk"), true);
 * assert.equal(isPublicSuffix("chat.example"), false);
 * ```
 */
export function isPublicSuffix(host: string): boolean {
  const labels = host.split(".");
  if (labels.length < 2) return true;
  const [second = "", top = ""] = labels;
  if (labels.length === 2 && top.length === 2 && REGISTRY_LABELS.has(second)) return true;
  return SHARED_HOSTS.has(host);
}
