/**
 * What a program may ask for on the standard input of `connect --json`: one JSON object a line.
 *
 * @module
 */

import { z } from "zod";
import { ChatError } from "../errors.ts";
import { isRoomName } from "../protocol/v2/room_name.ts";

const ref = z.union([z.string().max(64), z.int()]).optional();
const room = z.string().refine(isRoomName, "is not a room's name");
const history = z.int().min(0).max(1_000).optional();
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, "is not a fingerprint");

/** The commands. */
export const JSON_COMMANDS = [
  z.strictObject({ command: z.literal("say"), room: room.optional(), text: z.string(), ref }),
  z.strictObject({ command: z.literal("join"), room, history, ref }),
  z.strictObject({ command: z.literal("part"), room, ref }),
  z.strictObject({ command: z.literal("who"), room, ref }),
  z.strictObject({ command: z.literal("direct"), fingerprint, history, ref }),
  z.strictObject({ command: z.literal("quit"), ref }),
] as const;

const COMMAND = z.discriminatedUnion("command", JSON_COMMANDS);

/** A command. */
export type JsonCommand = Readonly<z.output<typeof COMMAND>>;

/**
 * Reads a line. One that does not begin with `{` is said as it is, in the first room.
 *
 * @param line A line of standard input.
 * @returns What it asks for.
 * @throws {ChatError} USAGE if it is no command.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(jsonCommand("hello"), { command: "say", text: "hello" });
 * const line = '{"command":"join","room":"pumps","history":20}';
 * assert.deepEqual(jsonCommand(line), { command: "join", room: "pumps", history: 20 });
 * assert.throws(() => jsonCommand('{"command":"dance"}'), { code: "USAGE" });
 * ```
 */
export function jsonCommand(line: string): JsonCommand {
  if (!line.startsWith("{")) return { command: "say", text: line };
  const parsed = COMMAND.safeParse(jsonOf(line));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw refusal(`${where === "" ? "" : `"${where}": `}${issue?.message ?? "unknown"}`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw refusal("not JSON");
  }
}

function refusal(state: string): ChatError {
  return new ChatError("USAGE", `cannot take that command: ${state}`, {
    hint: 'say words with {"command":"say","text":"…"}; README lists the commands',
  });
}
