/**
 * What an attack is: a row of the table that `deno task attack` prints, and a test of the same name.
 *
 * Every attack runs live: a real server or a real client on TCP, and somebody hostile at the other
 * end or in the middle.
 *
 * @module
 */

import { createServer } from "node:net";
import { findProgram, type NeededProgram } from "../testkit/needs.ts";

/** One attack. */
export interface Attack {
  /** What the attacker does; unique, it names the test too. */
  readonly name: string;
  /** What is promised against it, in a few words. */
  readonly promise: string;
  /** The code that it must end with, or what must be observed. */
  readonly expected: string;
  /** Which side catches it, and when. */
  readonly where: string;
  /** A program of the system without which it cannot be run. */
  readonly program?: NeededProgram;
  /** Whether the attacker and somebody honest need different addresses of this machine. */
  readonly needsSecondAddress?: true;
  /**
   * Attacks.
   *
   * @returns What was observed: a code of the error table, or what happened instead.
   */
  run(): Promise<string>;
}

/** The address of attackers and of everybody else. */
export const FIRST_ADDRESS = "127.0.0.1";

/** Another address of the same machine: Linux has all of 127.0.0.0/8, others need an alias. */
export const SECOND_ADDRESS = "127.0.0.2";

let secondAddress: Promise<boolean> | undefined;

/** Whether this machine has {@link SECOND_ADDRESS}. */
export function hasSecondAddress(): Promise<boolean> {
  secondAddress ??= new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(0, SECOND_ADDRESS, () => server.close(() => resolve(true)));
  });
  return secondAddress;
}

/**
 * Why an attack cannot be run here.
 *
 * @param attack The attack.
 * @returns What is missing, or nothing.
 */
export async function missingFor(attack: Attack): Promise<string | undefined> {
  if (attack.program !== undefined && findProgram(attack.program) === undefined) {
    return `not run: install ${attack.program}`;
  }
  if (attack.needsSecondAddress && !await hasSecondAddress()) {
    return `not run: give the loopback interface the address ${SECOND_ADDRESS}`;
  }
  return undefined;
}
