/**
 * Runs a suite of certification paths through the validator and counts what came out.
 *
 * @module
 */

import type { PathRequest, PathResult } from "../../src/pki/path/validate_path.ts";

/** A case, as the suites' neutral JSON form has it. */
export interface PathCase {
  readonly id: string;
  readonly purpose: "server" | "client" | "any";
  readonly peer_name: { readonly type: "dns" | "ip" | "email"; readonly value: string } | null;
  readonly validation_time: string;
  readonly trusted: readonly string[];
  readonly intermediates: readonly string[];
  readonly leaf: string;
  readonly crls: readonly string[];
  readonly max_chain_depth?: number;
  readonly params: {
    readonly initial_policy_set?: readonly string[];
    readonly initial_explicit_policy?: boolean;
    readonly initial_policy_mapping_inhibit?: boolean;
    readonly initial_any_policy_inhibit?: boolean;
  };
  readonly expect: "accept" | "reject";
  readonly tier: string;
}

/** What came out of a suite. */
export interface PathTally {
  readonly total: number;
  readonly asExpected: readonly string[];
  readonly wronglyAccepted: readonly string[];
  readonly wronglyRejected: readonly string[];
  readonly outOfProfile: readonly string[];
}

/** How a suite is run. */
export interface PathSuiteOptions {
  readonly validate: (request: PathRequest) => Promise<PathResult>;
  /** Cases that the profile refuses on purpose, with the reason. */
  readonly outOfProfile: Readonly<Record<string, string>>;
  /** What the suite asks of each case beside its own data. */
  readonly ask: (one: PathCase) => Partial<PathRequest>;
}

/**
 * Runs cases. A case that is wrongly accepted counts as that, in profile or out of it.
 *
 * @param text The suite's JSON.
 * @param options How it is run.
 * @returns The counts, with the cases' ids.
 */
export async function runPathSuite(text: string, options: PathSuiteOptions): Promise<PathTally> {
  const { cases }: { readonly cases: readonly PathCase[] } = JSON.parse(text);
  const asExpected: string[] = [];
  const wronglyAccepted: string[] = [];
  const wronglyRejected: string[] = [];
  const outOfProfile: string[] = [];
  for (const one of cases) {
    const result = await options.validate({ ...requestOf(one), ...options.ask(one) });
    const isAccepted = result.kind === "accepted";
    if (isAccepted && one.expect === "reject") wronglyAccepted.push(one.id);
    else if (one.id in options.outOfProfile) outOfProfile.push(one.id);
    else if (isAccepted === (one.expect === "accept")) asExpected.push(one.id);
    else if (result.kind === "rejected") {
      wronglyRejected.push(`${one.id} (${result.code}: ${result.subject}: ${result.text})`);
    }
  }
  return { total: cases.length, asExpected, wronglyAccepted, wronglyRejected, outOfProfile };
}

function requestOf(one: PathCase): PathRequest {
  const { params } = one;
  return {
    leafDer: der(one.leaf),
    untrustedDer: one.intermediates.map(der),
    anchorsDer: one.trusted.map(der),
    crlsDer: one.crls.map(der),
    at: new Date(one.validation_time),
    purpose: one.purpose,
    ...(one.peer_name === null ? {} : { name: one.peer_name.value }),
    policies: {
      ...(params.initial_policy_set === undefined
        ? {}
        : { initialPolicies: params.initial_policy_set }),
      requireExplicit: params.initial_explicit_policy ?? false,
      inhibitMapping: params.initial_policy_mapping_inhibit ?? false,
      inhibitAny: params.initial_any_policy_inhibit ?? false,
    },
  };
}

function der(pem: string): Uint8Array {
  // Some cases are larger than any PEM file that the program reads.
  return Uint8Array.fromBase64(pem.replace(/-----[^-]+-----/g, ""));
}

/**
 * Prints the counts.
 *
 * @param name The suite's name.
 * @param tally Its counts.
 */
export function printTally(name: string, tally: PathTally): void {
  const line = `${name}: ${tally.total} cases, ${tally.asExpected.length} as expected, ` +
    `${tally.wronglyAccepted.length} wrongly accepted, ` +
    `${tally.wronglyRejected.length} wrongly rejected, ` +
    `${tally.outOfProfile.length} out of profile\n`;
  const wrong = [
    ...tally.wronglyAccepted.map((id) => `  wrongly accepted: ${id}\n`),
    ...tally.wronglyRejected.map((id) => `  wrongly rejected: ${id}\n`),
  ];
  Deno.stderr.writeSync(new TextEncoder().encode(line + wrong.join("")));
}
