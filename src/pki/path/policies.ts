/**
 * Certificate policies (RFC 5280 §6.1), as the graph of RFC 9618 instead of the tree: the same answers,
 * one node a policy and certificate, so that mappings cannot make it grow without end.
 *
 * @module
 */

import type { PathCertificate } from "./certificate_der.ts";

const ANY_POLICY = "2.5.29.32.0";
const POLICIES_MAX = 256; // of one certificate; each level has one node a policy

/** Inputs c to g of RFC 5280 §6.1.1. */
export interface PolicyInputs {
  /** OIDs that the user accepts; absent means any. */
  readonly initialPolicies?: readonly string[];
  readonly requireExplicit?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAny?: boolean;
}

interface PolicyNode {
  readonly expected: ReadonlySet<string>;
  /** Policies of the level above. */
  readonly parents: ReadonlySet<string>;
}

type Level = Map<string, PolicyNode>;

/** Walks a path's certificates, anchor excluded, and follows the policies. */
export class PolicyWalk {
  readonly #inputs: PolicyInputs;
  #levels: Level[] | undefined = [
    new Map([[ANY_POLICY, { expected: new Set([ANY_POLICY]), parents: new Set<string>() }]]),
  ];
  #explicit: number;
  #mapping: number;
  #any: number;

  /**
   * @param inputs What the user asks.
   * @param length Certificates of the path without the anchor.
   */
  constructor(inputs: PolicyInputs, length: number) {
    this.#inputs = inputs;
    this.#explicit = inputs.requireExplicit === true ? 0 : length + 1;
    this.#mapping = inputs.inhibitMapping === true ? 0 : length + 1;
    this.#any = inputs.inhibitAny === true ? 0 : length + 1;
  }

  /**
   * Steps d to f of §6.1.3.
   *
   * @param certificate The next certificate.
   * @param isLast Whether it is the leaf.
   * @returns Why the path ends here, or nothing.
   */
  enter(certificate: PathCertificate, isLast: boolean): string | undefined {
    const { policies, policyMappings } = certificate;
    if ((policies?.length ?? 0) + (policyMappings?.length ?? 0) > POLICIES_MAX) {
      return "it has too many policies";
    }
    if (policies === undefined) this.#levels = undefined;
    const useAny = this.#any > 0 || (!isLast && certificate.isSelfIssued);
    if (policies !== undefined) this.#grow(policies, useAny);
    const isFine = this.#explicit > 0 || this.#levels !== undefined;
    return isFine ? undefined : "no policy is valid here, and one is required";
  }

  #grow(policies: readonly string[], useAny: boolean): void {
    const above = this.#levels?.at(-1);
    if (this.#levels === undefined || above === undefined) return;
    const parentsOf = new Map<string, Set<string>>();
    for (const [policy, { expected }] of above) {
      for (const value of expected) {
        const parents = parentsOf.get(value) ?? new Set();
        parentsOf.set(value, parents.add(policy));
      }
    }
    const level: Level = new Map();
    const anyAbove = above.has(ANY_POLICY) ? new Set([ANY_POLICY]) : undefined;
    for (const policy of policies) {
      const parents = policy === ANY_POLICY ? undefined : parentsOf.get(policy) ?? anyAbove;
      if (parents !== undefined) level.set(policy, { expected: new Set([policy]), parents });
    }
    if (useAny && policies.includes(ANY_POLICY)) {
      for (const [policy, parents] of parentsOf) {
        if (!level.has(policy)) level.set(policy, { expected: new Set([policy]), parents });
      }
    }
    this.#levels.push(level);
    this.#prune();
  }

  /** Drops nodes without children, from the level above the last upwards, and the empty graph. */
  #prune(): void {
    const levels = this.#levels ?? [];
    for (let i = levels.length - 2; i >= 0; i--) {
      const used = new Set<string>();
      for (const { parents } of levels[i + 1]?.values() ?? []) {
        for (const parent of parents) used.add(parent);
      }
      for (const policy of [...levels[i]?.keys() ?? []]) {
        if (!used.has(policy)) levels[i]?.delete(policy);
      }
    }
    if (levels.some((level) => level.size === 0)) this.#levels = undefined;
  }

  /**
   * Steps a, b and h to j of §6.1.4, after a certificate that is not the leaf.
   *
   * @param certificate The certificate just entered.
   * @returns Why the path ends here, or nothing.
   */
  leave(certificate: PathCertificate): string | undefined {
    const mappings = certificate.policyMappings ?? [];
    if (mappings.some((pair) => pair.includes(ANY_POLICY))) return "it maps anyPolicy";
    this.#map(mappings);
    if (!certificate.isSelfIssued) this.#countDown();
    const { requireExplicit, inhibitMapping } = certificate.policyConstraints ?? {};
    this.#explicit = Math.min(this.#explicit, requireExplicit ?? Infinity);
    this.#mapping = Math.min(this.#mapping, inhibitMapping ?? Infinity);
    this.#any = Math.min(this.#any, certificate.inhibitAnyPolicy ?? Infinity);
    return undefined;
  }

  #countDown(): void {
    this.#explicit = Math.max(0, this.#explicit - 1);
    this.#mapping = Math.max(0, this.#mapping - 1);
    this.#any = Math.max(0, this.#any - 1);
  }

  #map(mappings: readonly (readonly [string, string])[]): void {
    const level = this.#levels?.at(-1);
    if (level === undefined || mappings.length === 0) return;
    const targets = new Map<string, Set<string>>();
    for (const [from, to] of mappings) targets.set(from, (targets.get(from) ?? new Set()).add(to));
    for (const [policy, expected] of targets) {
      const node = level.get(policy);
      if (this.#mapping === 0) level.delete(policy);
      else if (node !== undefined) level.set(policy, { ...node, expected });
      else if (level.has(ANY_POLICY)) {
        level.set(policy, { expected, parents: new Set([ANY_POLICY]) });
      }
    }
    this.#prune();
  }

  /**
   * The wrap-up of §6.1.5 a, b and g.
   *
   * @param leaf The last certificate.
   * @returns Why the path is refused, or nothing.
   */
  finish(leaf: PathCertificate): string | undefined {
    this.#explicit = Math.max(0, this.#explicit - 1);
    if (leaf.policyConstraints?.requireExplicit === 0) this.#explicit = 0;
    if (this.#explicit > 0 || this.#hasUserPolicy()) return undefined;
    return "none of its policies is one that is asked for";
  }

  #hasUserPolicy(): boolean {
    const wanted = this.#inputs.initialPolicies;
    const levels = this.#levels;
    if (levels === undefined) return false;
    if (wanted === undefined || wanted.includes(ANY_POLICY)) return true;
    if (levels.at(-1)?.has(ANY_POLICY) === true) return wanted.length > 0;
    return levels.some((level) =>
      [...level].some(([policy, { parents }]) => parents.has(ANY_POLICY) && wanted.includes(policy))
    );
  }
}
