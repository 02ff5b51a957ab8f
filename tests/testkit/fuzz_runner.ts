/**
 * Runs a fuzz campaign: good inputs are spoiled and given to entry points, which may refuse them with a
 * {@link ChatError} and do nothing else.
 *
 * @module
 */

import { ChatError } from "../../src/errors.ts";
import { MUTATION_KINDS, type MutationKind, MUTATIONS } from "./fuzz_mutations.ts";
import { Random } from "./random.ts";

const CASE_MAX_MS = 1_000;
const TURN = 200;

/** An entry point that takes bytes from outside. */
export interface FuzzTarget {
  /** How the report names it. */
  readonly name: string;
  /** Good inputs. */
  readonly seeds: readonly Uint8Array[];
  /** Spoils what is inside a text, for inputs that are not DER themselves. */
  readonly within?: (
    input: Uint8Array,
    spoil: (inner: Uint8Array) => Uint8Array,
  ) => Uint8Array;
  /**
   * Gives an input to the entry point.
   *
   * @returns "accepted", or the code of a refusal that is no error.
   * @throws {ChatError} That it is refused. Anything else is a defect.
   */
  readonly run: (input: Uint8Array) => Promise<string> | string;
}

/** What a campaign is. */
export interface FuzzCampaign {
  readonly targets: readonly FuzzTarget[];
  readonly cases: number;
  readonly seed: number;
}

/** What came out. */
export interface FuzzReport {
  /** Cases by kind of mutation, by entry point, and by what came out. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly targets: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly slowest: { readonly ms: number; readonly what: string };
  /** What was not as it must be, with what repeats it. */
  readonly defects: readonly string[];
}

/** Runs a campaign. A seed gives the same choices each time; the good inputs have fresh keys in each run. */
export async function runFuzz({ targets, cases, seed }: FuzzCampaign): Promise<FuzzReport> {
  const [kinds, names, outcomes] = [new Map(), new Map(), new Map<string, number>()];
  const defects: string[] = [];
  let slowest = { ms: 0, what: "" };
  for (let index = 0; index < cases; index++) {
    const random = new Random((seed + Math.imul(index, 0x85ebca6b)) >>> 0);
    const target = targets[index % targets.length] as FuzzTarget;
    const kind = random.of(MUTATION_KINDS);
    const what = `case ${index} of seed ${seed}: ${target.name}, ${kind}`;
    const input = spoiled(target, kind, random);
    const { outcome, ms } = await measured(target, input);
    count(kinds, kind);
    count(names, target.name);
    count(outcomes, outcome.startsWith("defect") ? "defect" : outcome);
    if (ms > slowest.ms) slowest = { ms, what };
    if (outcome.startsWith("defect")) defects.push(`${what}: ${outcome}`);
    if (ms > CASE_MAX_MS) defects.push(`${what}: took ${Math.round(ms)} ms`);
    if (index % TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { kinds, targets: names, outcomes, slowest, defects };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function spoiled(target: FuzzTarget, kind: MutationKind, random: Random): Uint8Array {
  const source = { random, other: random.of(target.seeds) };
  const seed = random.of(target.seeds);
  const spoil = (bytes: Uint8Array) => bytes.length === 0 ? bytes : MUTATIONS[kind](bytes, source);
  const isInside = target.within !== undefined && random.below(4) > 0;
  const once = isInside && target.within !== undefined ? target.within(seed, spoil) : spoil(seed);
  return random.below(5) > 0 || target.within !== undefined ? once : spoil(once);
}

/** A slow case runs again: the machine may have had something else to do. */
async function measured(
  target: FuzzTarget,
  input: Uint8Array,
): Promise<{ readonly outcome: string; readonly ms: number }> {
  const first = await timed(target, input);
  if (first.ms <= CASE_MAX_MS) return first;
  const again = await timed(target, input);
  return again.ms < first.ms ? again : first;
}

async function timed(
  target: FuzzTarget,
  input: Uint8Array,
): Promise<{ readonly outcome: string; readonly ms: number }> {
  const start = performance.now();
  const outcome = await outcomeOf(target, input);
  return { outcome, ms: performance.now() - start };
}

async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<string> {
  try {
    return await target.run(input);
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    return `defect: ${error instanceof Error ? error.stack ?? error.message : String(error)}`;
  }
}

/** Prints a report, most frequent first. */
export function printFuzz(name: string, { seed, cases }: FuzzCampaign, report: FuzzReport): void {
  const told = (counts: ReadonlyMap<string, number>): string =>
    [...counts].sort((a, b) => b[1] - a[1]).map(([key, n]) => `${key} ${n}`).join(", ");
  const lines = [
    `${name}: ${cases} cases, seed ${seed}, ${report.defects.length} defects`,
    `  by entry point: ${told(report.targets)}`,
    `  by mutation: ${told(report.kinds)}`,
    `  by outcome: ${told(report.outcomes)}`,
    `  slowest: ${Math.round(report.slowest.ms)} ms (${report.slowest.what})`,
    ...report.defects.slice(0, 20).map((defect) => `  defect: ${defect}`),
  ];
  Deno.stderr.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
