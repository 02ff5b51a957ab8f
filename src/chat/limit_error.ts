import { ChatError } from "../errors.ts";
import { LIMIT_TABLE, type LimitName } from "./limit_table.ts";
import type { Limits } from "./limits.ts";

/**
 * A refusal that says which limit it is by, its value, and when to try again: to both sides the same.
 *
 * @param name The limit, as operators write it.
 * @param limits Its value.
 * @param options When to try again, milliseconds; why, where the name does not say it; and another code.
 * @returns LIMIT, or that code.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { LIMITS } from "./limits.ts";
 * const error = limitError("connections_per_address", LIMITS, { waitMs: 9_200 });
 * assert.equal(error.told, "connections_per_address is 4096: try again in 10 s");
 * ```
 */
export function limitError(
  name: LimitName,
  limits: Limits,
  { waitMs, why, code = "LIMIT" }: {
    readonly waitMs: number;
    readonly why?: string;
    readonly code?: "LIMIT" | "BUSY";
  },
): ChatError {
  const value = `${name} is ${limits[LIMIT_TABLE[name].key]}`;
  const told = `${why === undefined ? value : `${why}, ${value}`}: try again in ${
    Math.max(1, Math.ceil(waitMs / 1_000))
  } s`;
  return new LimitError(`refused: ${told}`, { code, told, limit: name });
}

/** A refusal by a limit of the table. */
export class LimitError extends ChatError {
  /** Which. */
  readonly limit: LimitName;

  /** @param message For this side. @param options Code, what the peer is told, and the limit's name. */
  constructor(
    message: string,
    { code, told, limit }: {
      readonly code: "LIMIT" | "BUSY";
      readonly told: string;
      readonly limit: LimitName;
    },
  ) {
    super(code, message, { told });
    this.limit = limit;
  }
}
