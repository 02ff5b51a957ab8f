/**
 * Path validation (RFC 5280 §6) for the profile: whether a certificate may be trusted for a purpose, at a
 * time, by whom, and if not, which rule refuses which certificate.
 *
 * Time, anchors, CRLs, purpose and name are arguments; nothing comes from the system. Several paths are
 * tried, with a bound on the work.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { ChatError } from "../../errors.ts";
import { reasonName } from "../revocation_reason.ts";
import { parsePathCertificate, type PathCertificate } from "./certificate_der.ts";
import { candidatePaths } from "./chain_builder.ts";
import { checkPath } from "./check_path.ts";
import { type Crl, parseCrl } from "./crl.ts";
import { isForName } from "./host_name.ts";
import type { PolicyInputs } from "./policies.ts";
import type { PathPurpose, PathRules } from "./profile_rules.ts";
import { PATH_RULES, type PathCode, type PathFault, pathFault } from "./reasons.ts";
import { type RevocationStatus, revocationStatus } from "./revocation.ts";
import { WorkBudget } from "./work_budget.ts";

const CERTS_MAX = 4; // the profile: root, two CAs between, leaf
const PATHS_MAX = 32;
const INPUT_CERTS_MAX = 256;

/** What is asked. */
export interface PathRequest {
  readonly leafDer: Uint8Array;
  /** Certificates that may stand between, in any order. */
  readonly untrustedDer?: readonly Uint8Array[];
  /** The configured CAs. Required: there is no default trust. */
  readonly anchorsDer: readonly Uint8Array[];
  readonly at: Date;
  readonly purpose: PathPurpose;
  /** A DNS name, IP address or e-mail address that the leaf must be for. */
  readonly name?: string;
  /** Whose rules decide where a team and the public web differ; a team's by default. */
  readonly rules?: PathRules;
  readonly crlsDer?: readonly Uint8Array[];
  /** CRLs that were read already. */
  readonly crls?: readonly Crl[];
  readonly revocation?: "none" | "if-present" | "required";
  /** When CRLs must be current, if not at `at`; revocations after `at` then do not count. */
  readonly crlsAt?: Date;
  /** Certificates of a path, 4 by default; self-issued ones between do not count. */
  readonly maxPathCerts?: number;
  readonly policies?: PolicyInputs;
}

/** The answer. */
export type PathResult =
  | {
    readonly kind: "accepted";
    /** The leaf first, the anchor last. */
    readonly path: readonly PathCertificate[];
    /** What a person should know nevertheless, printable. */
    readonly warnings: readonly string[];
  }
  | ({ readonly kind: "rejected"; readonly rule: string } & PathFault);

/** A request, read. */
interface Validation {
  readonly request: PathRequest;
  readonly anchors: readonly PathCertificate[];
  readonly untrusted: readonly PathCertificate[];
  readonly crls: readonly Crl[];
  readonly budget: WorkBudget;
  /** Signers of CRLs that are being validated: none vouches for itself. */
  readonly visiting: readonly string[];
}

/**
 * Validates a certificate.
 *
 * @param request What is asked.
 * @returns The path, or the first rule that the likeliest path breaks. Never rejects for what the bytes
 * say: broken input is a refusal, too.
 */
export function validatePath(request: PathRequest): Promise<PathResult> {
  return Promise.resolve(findPath(request));
}

function findPath(request: PathRequest): PathResult {
  const { revocation = "none", crlsDer = [], anchorsDer, untrustedDer = [] } = request;
  const [leaf] = readAll([request.leafDer], parsePathCertificate);
  if (leaf?.value === undefined) return rejected(unreadable("the certificate", leaf));
  if (anchorsDer.length + untrustedDer.length > INPUT_CERTS_MAX) {
    const text = `more than ${INPUT_CERTS_MAX} certificates are given`;
    return rejected(pathFault("work", leaf.value, text));
  }
  const anchors = readAll(anchorsDer, parsePathCertificate);
  const untrusted = readAll(untrustedDer, parsePathCertificate);
  const crls = revocation === "none" ? [] : readAll(crlsDer, parseCrl);
  const result = validate(leaf.value, {
    request,
    anchors: valuesOf(anchors),
    untrusted: valuesOf(untrusted),
    crls: revocation === "none" ? [] : [...request.crls ?? [], ...valuesOf(crls)],
    budget: new WorkBudget(),
    visiting: [],
  });
  const unread = crls.filter(({ value }) => value === undefined)
    .map(({ why }) => printable(`a CRL could not be read and was not used: ${why}`));
  if (result.kind === "accepted") return { ...result, warnings: [...unread, ...result.warnings] };
  if (result.code !== "no-path") return result;
  const blind = anchors.find(({ value }) => value === undefined);
  if (blind !== undefined) return rejected(unreadable("a trusted CA", blind));
  const skipped = untrusted.find(({ value }) => value === undefined);
  return skipped === undefined ? result : rejected(unreadable("a certificate between", skipped));
}

/** What was read of an input, or why nothing was. */
interface Read<T> {
  readonly value?: T;
  readonly why: string;
}

function readAll<T>(
  ders: readonly Uint8Array[],
  parse: (der: Uint8Array) => T,
): readonly Read<T>[] {
  return ders.map((der) => {
    try {
      return { value: parse(der), why: "" };
    } catch (error) {
      if (error instanceof ChatError) return { why: error.message };
      throw error;
    }
  });
}

function valuesOf<T>(inputs: readonly Read<T>[]): readonly T[] {
  return inputs.flatMap(({ value }) => value === undefined ? [] : [value]);
}

function unreadable(what: string, input: Read<unknown> | undefined): PathFault {
  return pathFault("malformed", { label: what }, input?.why ?? "there is none");
}

function rejected(fault: PathFault): PathResult {
  const text = printable(fault.text);
  return { kind: "rejected", ...fault, text, rule: PATH_RULES[fault.code] };
}

function validate(leaf: PathCertificate, validation: Validation): PathResult {
  const { request, anchors, untrusted, budget } = validation;
  if (anchors.some(({ fingerprint }) => fingerprint === leaf.fingerprint)) {
    return rejected(pathFault("anchor-as-leaf", leaf, "it is a trusted CA's own certificate"));
  }
  const ends: PathFault[] = [];
  const faults: PathFault[] = [];
  const note = (fault: PathFault) => ends.push(fault);
  const maxCerts = request.maxPathCerts ?? CERTS_MAX;
  for (const path of candidatePaths({ leaf, anchors, untrusted, maxCerts, budget, note })) {
    const outcome = judge(path, validation);
    if ("warnings" in outcome) {
      return { kind: "accepted", path: path.toReversed(), warnings: outcome.warnings };
    }
    faults.push(outcome);
    if (faults.length >= PATHS_MAX) break;
  }
  const [first] = faults;
  if (first !== undefined) return rejected(first);
  if (budget.isSpent) {
    return rejected(pathFault("work", leaf, "no path was found within the bound"));
  }
  return rejected(
    worst(ends) ?? pathFault("no-path", leaf, "no chain leads to a trusted CA"),
  );
}

/** The end that says most: a bad signature over a long chain over a missing issuer. */
function worst(ends: readonly PathFault[]): PathFault | undefined {
  const order: readonly PathCode[] = ["algorithm", "key", "signature", "too-long", "no-path"];
  return ends.toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code))[0];
}

function judge(
  path: readonly PathCertificate[],
  validation: Validation,
): PathFault | { readonly warnings: readonly string[] } {
  const { request, budget } = validation;
  const [anchor] = path;
  const isRoot = anchor !== undefined &&
    (anchor.isSelfIssued || budget.isSignedBy(anchor, anchor.key));
  const fault = checkPath(path, {
    atMs: request.at.getTime(),
    purpose: request.purpose,
    policies: request.policies ?? {},
    isRoot,
    rules: request.rules ?? "team",
  });
  if (fault !== undefined) return fault;
  const leaf = path.at(-1);
  const useCommonName = request.rules !== "web";
  if (
    leaf !== undefined && request.name !== undefined &&
    !isForName(leaf, request.name, useCommonName)
  ) {
    return pathFault("name", leaf, `it is not for ${request.name}`);
  }
  return revocationOutcome(path, validation);
}

function revocationOutcome(
  path: readonly PathCertificate[],
  validation: Validation,
): PathFault | { readonly warnings: readonly string[] } {
  const { request } = validation;
  const { revocation = "none" } = request;
  const warnings: string[] = [];
  if (revocation === "none") return { warnings };
  for (const [index, certificate] of path.entries()) {
    if (index === 0) continue;
    const status = statusOf(certificate, { above: path.slice(0, index), validation });
    const fault = statusFault(certificate, status);
    if (fault === undefined) continue;
    if (status.kind === "revoked" || revocation === "required") return fault;
    warnings.push(printable(`revocation of "${fault.subject}" was not checked: ${fault.text}`));
  }
  return { warnings };
}

function statusOf(
  certificate: PathCertificate,
  { above, validation }: {
    readonly above: readonly PathCertificate[];
    readonly validation: Validation;
  },
): RevocationStatus {
  const { request, crls, anchors, untrusted, budget, visiting } = validation;
  return revocationStatus(certificate, {
    crls,
    crlsAtMs: (request.crlsAt ?? request.at).getTime(),
    revokedByMs: request.crlsAt === undefined ? Infinity : request.at.getTime(),
    above,
    others: [...anchors, ...untrusted],
    budget,
    isTrustedSigner: (signer) => {
      if (visiting.includes(signer.fingerprint)) return false;
      const { name: _name, ...rest } = request;
      const result = validate(signer, {
        ...validation,
        request: { ...rest, purpose: "any", policies: {} },
        // RFC 5280 §6.3.3 f: the same trust anchor as the certificate's own path.
        anchors: above.slice(0, 1),
        visiting: [...visiting, signer.fingerprint],
      });
      return result.kind === "accepted";
    },
  });
}

function statusFault(
  certificate: PathCertificate,
  status: RevocationStatus,
): PathFault | undefined {
  switch (status.kind) {
    case "good":
      return undefined;
    case "revoked": {
      const when = new Date(status.entry.revokedMs).toISOString();
      return pathFault(
        "revoked",
        certificate,
        `it was revoked ${when} (${reasonName(status.entry.reason)})`,
      );
    }
    case "stale": {
      const since = new Date(status.sinceMs).toISOString();
      return pathFault("crl-stale", certificate, `the CRL about it was to be renewed ${since}`);
    }
    case "unknown":
      return pathFault("revocation-unknown", certificate, status.why);
  }
}
