/**
 * Which protocol's account a command means: each protocol has a table of its own, and one address may
 * have an account in both.
 *
 * @module
 */

import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import { type BothStores, foundOrNone } from "./open_store.ts";

/** A protocol as `--protocol` names it. */
export type ProtocolName = "1" | "2";

/** The option of commands that work on an account. */
export const protocolParsers = {
  protocol: optional(option("--protocol", choice(["1", "2"]))),
};

/** What is asked. */
export interface AccountChoice {
  readonly email: string;
  /** What `--protocol` said. */
  readonly protocol: ProtocolName | undefined;
  /** What cannot be done otherwise: "remove". */
  readonly verb: string;
}

/**
 * How the owner of an account comes in with it.
 *
 * @param protocol The account's protocol.
 * @param email Its address.
 * @returns The command, printable: `connect` speaks protocol 2 unless told otherwise.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(logInCommand("2", "a@b.example"), "securechat connect --login --email a@b.example");
 * ```
 */
export function logInCommand(protocol: ProtocolName, email: string): string {
  const spoken = protocol === "1" ? "--protocol 1 " : "";
  return `securechat connect ${spoken}--login --email ${printable(email)}`;
}

/**
 * Finds out which protocol's account is meant.
 *
 * @param stores Both tables.
 * @param choice The address, and what `--protocol` said.
 * @returns That protocol; without the option the one that has an account, and 1 where none has.
 * @throws {ChatError} ACCOUNT if both have one and the option does not say which; DATABASE.
 */
export async function chooseProtocol(
  { store, keyAccounts }: BothStores,
  { email, protocol, verb }: AccountChoice,
): Promise<ProtocolName> {
  if (protocol !== undefined) return protocol;
  const keyAccount = await foundOrNone(keyAccounts.findByEmail(email), undefined);
  if (keyAccount === undefined) return "1";
  if (await store.find(email) === undefined) return "2";
  throw new ChatError(
    "ACCOUNT",
    `cannot ${verb} "${email}": it has an account of protocol 1 and one of protocol 2`,
    { hint: "say which: --protocol 1 or --protocol 2" },
  );
}
