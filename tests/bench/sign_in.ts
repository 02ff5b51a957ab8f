/**
 * Signing in under protocol 2: what a log-in costs must not tell whether there is an account, or what of
 * it was wrong.
 *
 * @module
 */

import { SignInDesk, type SignInRequest } from "../../src/chat/sign_in_desk.ts";
import { openSqliteKeyAccounts } from "../../src/store/sqlite.ts";
import { sampleKeyHash } from "../testkit/key_account_contract.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import type { BenchResult } from "./verify.ts";

const ROUNDS = 20;
const LONGEST_DELAY_MS = 60_000;
const LOGIN: SignInRequest = { type: "login", email: "a@example.org", password: "correct horse" };

/** What is asked, and with whose key. */
const CASES: readonly (readonly [string, SignInRequest, string])[] = [
  ["log-in, all right", LOGIN, "known"],
  ["log-in, no account for the key", LOGIN, "unknown"],
  ["log-in, another address", { ...LOGIN, email: "b@example.org" }, "known"],
  ["log-in, another password", { ...LOGIN, password: "wrong" }, "known"],
];

/** The median and the least of each kind of log-in, ms; the kinds take turns, so that load falls on all alike. */
export function benchSignIn(): Promise<readonly BenchResult[]> {
  return inTempFolder(async (folder) => {
    const store = openSqliteKeyAccounts(`${folder}/accounts.db`);
    const desk = new SignInDesk({ store });
    let nowMs = 0;
    const timeOf = async (request: SignInRequest, key: string): Promise<number> => {
      nowMs += LONGEST_DELAY_MS; // nobody is slowed down
      const asker = { keyHash: sampleKeyHash(key), commonName: "a", emails: [], nowMs };
      const start = performance.now();
      await desk.answer(request, asker);
      return performance.now() - start;
    };
    await timeOf({ ...LOGIN, type: "register" }, "known");
    const times = CASES.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, [, request, key]] of CASES.entries()) {
        times[index]?.push(await timeOf(request, key));
      }
    }
    await store.close();
    return CASES.flatMap(([name], index) => spread(name, times[index] ?? []));
  });
}

function spread(name: string, times: readonly number[]): readonly BenchResult[] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
  return [
    { name: `${name}, median`, value: at(0.5), unit: "ms" },
    { name: `${name}, least`, value: at(0), unit: "ms" },
  ];
}
