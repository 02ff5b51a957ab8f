/**
 * What can be wrong with a chain, one change of a good plan each.
 *
 * @module
 */

import { type ChainCrl, type ChainLink, type ChainPlan, daysFromCheck } from "./chain_plan.ts";
import { derInteger, derSequence, derValue } from "./der_writer.ts";
import {
  forgeExtension,
  type ForgeKey,
  forgeName,
  generalName,
  nameConstraints,
  USAGE,
} from "./forge_certificate.ts";
import { unknownCritical } from "./forge_crl.ts";
import type { Random } from "./random.ts";

/** What a fault needs beside the plan. */
export interface FaultTools {
  readonly random: Random;
  /** A key that no link has. */
  readonly strangerKey: ForgeKey;
  readonly weakKey: ForgeKey;
}

/** A kind of chain. */
export interface ChainKind {
  readonly name: string;
  readonly isGood?: boolean;
  /** CAs between root and leaf: at least, and exactly where that matters. */
  readonly minBetween?: number;
  readonly between?: number;
  readonly change: (plan: ChainPlan, tools: FaultTools) => ChainPlan;
}

function link(plan: ChainPlan, at: number, change: Partial<ChainLink>): ChainPlan {
  const index = at < 0 ? plan.links.length + at : at;
  const links = plan.links.map((one, here) => here === index ? { ...one, ...change } : one);
  return { ...plan, links };
}

function crl(plan: ChainPlan, at: number, change: Partial<ChainCrl>): ChainPlan {
  const index = at < 0 ? plan.crls.length + at : at;
  return {
    ...plan,
    crls: plan.crls.map((one, here) => here === index ? { ...one, ...change } : one),
  };
}

function ofLink(name: string, at: number, change: Partial<ChainLink>): ChainKind {
  const minBetween = at === 1 ? { minBetween: 1 } : {};
  return { name, ...minBetween, change: (plan) => link(plan, at, change) };
}

function ofCrl(name: string, at: number, change: Partial<ChainCrl>): ChainKind {
  const minBetween = at === 0 ? { minBetween: 1 } : {};
  return { name, ...minBetween, change: (plan) => crl(plan, at, change) };
}

function constrained(name: string, isGood: boolean, constraint: Uint8Array): ChainKind {
  return {
    ...{ name, isGood, minBetween: 1 },
    change: (plan) => link(plan, 1, { extensions: [constraint] }),
  };
}

function revoked(name: string, at: number, reason: number): ChainKind {
  return {
    ...{ name, minBetween: at === 1 ? 1 : 0, isGood: reason === 8 },
    change: (plan) => {
      const serial = plan.links.at(at)?.serial ?? 0;
      const entries = [{ serial: 9, at: daysFromCheck(-9) }, {
        serial,
        at: daysFromCheck(-8),
        reason,
      }];
      return crl(plan, at < 0 ? at : at - 1, { entries });
    },
  };
}

/** The leaf's issuer by that one's issuer and serial number, which are right or not. */
function ofAuthority(
  name: string,
  isGood: boolean,
  ...[serialShift, wrongName]: readonly [number, Uint8Array?]
): ChainKind {
  return {
    ...{ name, isGood },
    change: (plan) => {
      const issuer = plan.links.at(-2);
      const above = plan.links.at(-3) ?? issuer;
      const serial = (issuer?.serial ?? 0) + serialShift;
      const issuerName = wrongName ?? above?.nameDer ?? new Uint8Array();
      return link(plan, LEAF, { authoritySerial: { issuerName, serial } });
    },
  };
}

const LEAF = -1;
const BELOW_ROOT = 1;
const LEAF_CRL = -1;
const ROOT_CRL = 0;
const unknown = forgeExtension("1.3.6.1.4.1.99999.8", { value: new Uint8Array([5, 0]) });
const onlyCas = derSequence(derValue(0x82, new Uint8Array([0xff])));
const delta = forgeExtension("2.5.29.27", { critical: true, value: derInteger(1) });
const { dns, ip, email, directory } = generalName;

/** Good chains. */
const GOOD: readonly ChainKind[] = [
  { name: "good", isGood: true, change: (plan) => plan },
  { ...ofLink("good, wildcard", LEAF, { names: [dns("*.chat.example")] }), isGood: true },
  { ...ofLink("good, unknown extension", LEAF, { extensions: [unknown] }), isGood: true },
  { ...ofLink("good, both uses", LEAF, { uses: ["client", "server"] }), isGood: true },
  {
    ...ofLink("good, intermediate for all uses", BELOW_ROOT, { uses: ["client", "server"] }),
    isGood: true,
  },
  { ...ofLink("good, path length kept", 0, { pathLength: 2 }), isGood: true },
  { ...ofCrl("good, empty CRL", LEAF_CRL, { entries: [] }), isGood: true },
  ofAuthority("good, issuer and serial number in key identifier", true, 0),
  constrained("good, dns permitted", true, nameConstraints("permitted", dns("example"))),
  constrained(
    "good, ip permitted",
    true,
    nameConstraints("permitted", ip(192, 0, 2, 0, 255, 255, 255, 0)),
  ),
  constrained("good, other dns excluded", true, nameConstraints("excluded", dns("other.example"))),
  constrained(
    "good, directory permitted",
    true,
    nameConstraints("permitted", directory(forgeName({ O: "Team" }))),
  ),
  revoked("good, taken back (removeFromCRL)", LEAF, 8),
];

/** Certificates that are wrong. */
const WRONG_CERTIFICATES: readonly ChainKind[] = [
  ofLink("expired leaf", LEAF, { notAfter: daysFromCheck(-1) }),
  ofLink("expired intermediate", BELOW_ROOT, { notAfter: daysFromCheck(-1) }),
  ofLink("expired root", 0, { notAfter: daysFromCheck(-1) }),
  ofLink("leaf not yet valid", LEAF, { notBefore: daysFromCheck(1) }),
  ofLink("intermediate not yet valid", BELOW_ROOT, { notBefore: daysFromCheck(1) }),
  ofLink("broken signature of leaf", LEAF, { hasBrokenSignature: true }),
  ofLink("broken signature of intermediate", BELOW_ROOT, { hasBrokenSignature: true }),
  {
    name: "leaf by a stranger of the CA's name",
    change: (plan, { strangerKey }) => link(plan, LEAF, { signer: strangerKey }),
  },
  {
    name: "key identifier of a stranger",
    change: (plan, { strangerKey }) => link(plan, LEAF, { authorityKey: strangerKey }),
  },
  ofAuthority("key identifier with another serial number", false, 1),
  ofAuthority("key identifier with another issuer", false, 0, forgeName({ CN: "nobody" })),
  ofLink("wrong issuer name", LEAF, { issuerName: forgeName({ CN: "nobody" }) }),
  { name: "intermediate missing", minBetween: 1, change: (plan) => ({ ...plan, hidden: [1] }) },
  ofLink("intermediate is no CA", BELOW_ROOT, { isCa: false }),
  ofLink("intermediate lacks keyCertSign", BELOW_ROOT, { usage: USAGE.crlSign }),
  ofLink("root lacks keyCertSign", 0, { usage: USAGE.crlSign }),
  { ...ofLink("path length of root exceeded", 0, { pathLength: 0 }), minBetween: 1 },
  { ...ofLink("path length of intermediate exceeded", BELOW_ROOT, { pathLength: 0 }), between: 2 },
  ofLink("unknown critical extension in leaf", LEAF, { extensions: [unknownCritical()] }),
  ofLink("unknown critical extension in intermediate", BELOW_ROOT, {
    extensions: [unknownCritical()],
  }),
  constrained("dns not permitted", false, nameConstraints("permitted", dns("other.example"))),
  constrained("dns excluded", false, nameConstraints("excluded", dns("chat.example"))),
  constrained(
    "ip not permitted",
    false,
    nameConstraints("permitted", ip(10, 0, 0, 0, 255, 0, 0, 0)),
  ),
  constrained(
    "ip excluded",
    false,
    nameConstraints("excluded", ip(192, 0, 2, 7, 255, 255, 255, 255)),
  ),
  constrained("email not permitted", false, nameConstraints("permitted", email("other.example"))),
  constrained(
    "directory not permitted",
    false,
    nameConstraints("permitted", directory(forgeName({ O: "Other" }))),
  ),
  ofLink("leaf for another use", LEAF, { uses: ["code"] }),
  ofLink("intermediate for another use", BELOW_ROOT, { uses: ["code"] }),
  { name: "wrong name", change: (plan) => ({ ...plan, name: "other.example" }) },
  ofLink("wildcard for two labels", LEAF, { names: [dns("*.example")] }),
];

/** CRLs that are wrong, or that revoke. */
const WRONG_CRLS: readonly ChainKind[] = [
  revoked("revoked leaf", LEAF, 1),
  revoked("revoked intermediate", BELOW_ROOT, 2),
  revoked("leaf on hold", LEAF, 6),
  ofCrl("CRL about leaf missing", LEAF_CRL, { isMissing: true }),
  ofCrl("CRL about intermediate missing", ROOT_CRL, { isMissing: true }),
  ofCrl("stale CRL", LEAF_CRL, { nextUpdate: daysFromCheck(-1) }),
  ofCrl("stale CRL about intermediate", ROOT_CRL, { nextUpdate: daysFromCheck(-1) }),
  ofCrl("CRL of a later time", LEAF_CRL, { thisUpdate: daysFromCheck(1) }),
  {
    name: "CRL by a stranger of the CA's name",
    change: (plan, { strangerKey }) => crl(plan, LEAF_CRL, { signer: strangerKey }),
  },
  ofCrl("broken signature of CRL", LEAF_CRL, { hasBrokenSignature: true }),
  ofCrl("unknown critical extension in CRL", LEAF_CRL, { extensions: [unknownCritical()] }),
  ofCrl("unknown critical extension in an entry", LEAF_CRL, {
    entries: [{ serial: 7, at: daysFromCheck(-9), extensions: [unknownCritical()] }],
  }),
  ofCrl("CRL for CAs alone", LEAF_CRL, {
    extensions: [forgeExtension("2.5.29.28", { critical: true, value: onlyCas })],
  }),
  ofCrl("delta CRL alone", LEAF_CRL, { extensions: [delta] }),
  { ...ofLink("CRL's signer lacks cRLSign", 0, { usage: USAGE.certSign }), between: 0 },
];

/** What the profile refuses on purpose. */
const OUT_OF_PROFILE: readonly ChainKind[] = [
  {
    name: "weak key of leaf",
    change: (plan, { weakKey }) => link(plan, LEAF, { key: weakKey }),
  },
  {
    name: "weak key of root",
    between: 0,
    change: (plan, { weakKey }) => link(plan, 0, { key: weakKey }),
  },
  { ...ofLink("SHA-1 under leaf", LEAF, { hash: "sha1" }) },
  { ...ofCrl("SHA-1 under CRL", LEAF_CRL, { hash: "sha1" }) },
  { name: "path of five certificates", between: 3, change: (plan) => plan },
  ofLink("CA as leaf", LEAF, { isCa: true, usage: USAGE.digitalSignature | USAGE.certSign }),
];

/** Every kind of chain. */
export const CHAIN_KINDS: readonly ChainKind[] = [
  ...GOOD,
  ...WRONG_CERTIFICATES,
  ...WRONG_CRLS,
  ...OUT_OF_PROFILE,
];
