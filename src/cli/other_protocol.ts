/**
 * Options that the chosen protocol does not have: who gives one expects something of it, so it is
 * refused, never ignored.
 *
 * @module
 */

import { usage } from "./args.ts";

/** An option of one protocol alone. */
export interface ProtocolOption {
  readonly flag: string;
  readonly isGiven: boolean;
  /** The protocol that has it. */
  readonly protocol: "1" | "2";
  /** What the other one has in its place. */
  readonly instead?: string;
}

/**
 * Refuses options of a protocol that is not spoken.
 *
 * @param command The command as typed.
 * @param choice The protocols that are spoken, and the options.
 * @throws {ChatError} USAGE for the first option that has no meaning.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const options = [{ flag: "--room", isGiven: true, protocol: "2" }] as const;
 * assert.throws(() => refuseOtherProtocol("x", { spoken: ["1"], options }), { code: "USAGE" });
 * refuseOtherProtocol("x", { spoken: ["1", "2"], options });
 * ```
 */
export function refuseOtherProtocol(
  command: string,
  { spoken, options }: {
    readonly spoken: readonly string[];
    readonly options: readonly ProtocolOption[];
  },
): void {
  const wrong = options.find(({ isGiven, protocol }) => isGiven && !spoken.includes(protocol));
  if (wrong === undefined) return;
  const { flag, protocol, instead } = wrong;
  const more = instead === undefined ? "" : `; ${instead}`;
  throw usage(command, { state: `${flag} is an option of protocol ${protocol} alone${more}` });
}
