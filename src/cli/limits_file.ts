/**
 * The file of `serve --limits`: a line `name=value` for each limit that is not at its default, and
 * `exempt=` with addresses that no limit of connections is for.
 *
 * @module
 */

import { parseEnv } from "node:util";
import { printable } from "../bytes/printable.ts";
import { type AddressRange, parseRange } from "../chat/address_range.ts";
import { LIMIT_TABLE, type LimitName } from "../chat/limit_table.ts";
import { LIMITS, type Limits } from "../chat/limits.ts";
import { ChatError } from "../errors.ts";
import { nearest } from "./nearest.ts";

const FILE_MAX_BYTES = 65_536;

/** Ranges of addresses, at most. */
const EXEMPT_MAX = 256;

/** What the file says. */
export interface LimitsFile {
  readonly limits: Limits;
  readonly exempt: readonly AddressRange[];
}

/**
 * Reads the file.
 *
 * @param path Its path.
 * @returns All limits, those that it does not name at their defaults.
 * @throws {ChatError} FILE if it cannot be read; CONFIG, with all that is wrong.
 */
export async function readLimitsFile(path: string): Promise<LimitsFile> {
  const text = await readText(path);
  const limits: Record<string, number> = {};
  const exempt: AddressRange[] = [];
  const faults: string[] = [];
  for (const [name, value = ""] of Object.entries(parseEnv(text))) {
    if (name === "exempt") {
      for (const part of value.split(/[\s,]+/).filter((part) => part !== "")) {
        const range = parseRange(part);
        if (range === undefined) faults.push(`exempt: "${printable(part)}" is no address or range`);
        else exempt.push(range);
      }
      if (exempt.length > EXEMPT_MAX) faults.push(`exempt: more than ${EXEMPT_MAX} ranges`);
    } else if (isLimitName(name)) {
      const { key, least, greatest } = LIMIT_TABLE[name];
      const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
      if (number >= least && number <= greatest) limits[key] = number;
      else faults.push(`${name}: "${printable(value)}", expected ${least} to ${greatest}`);
    } else {
      const meant = nearest(name, [...Object.keys(LIMIT_TABLE), "exempt"]);
      faults.push(
        `no limit "${printable(name)}"${meant === undefined ? "" : `, perhaps ${meant}`}`,
      );
    }
  }
  if (faults.length === 0) return { limits: { ...LIMITS, ...limits }, exempt };
  throw new ChatError("CONFIG", `cannot use ${printable(path)}: ${faults.join("; ")}`, {
    hint: "docs/operations.md lists the limits and their bounds",
  });
}

async function readText(path: string): Promise<string> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > FILE_MAX_BYTES) {
      throw new Error(`not a file of at most ${FILE_MAX_BYTES} bytes`);
    }
    return await Deno.readTextFile(path);
  } catch (thrown) {
    const state = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ChatError("FILE", `cannot read the limits: ${printable(state)}`, { cause: thrown });
  }
}

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(LIMIT_TABLE, name);
}
