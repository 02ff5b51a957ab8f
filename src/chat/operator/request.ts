/**
 * What an operator can ask of a running server, from the console and over the local socket alike.
 *
 * @module
 */

import { z } from "zod";
import { ChatError } from "../../errors.ts";
import { MOTD_MAX_CHARS, REASON_MAX_CHARS, wellFormed } from "./book.ts";

const TARGET_MAX_CHARS = 320;
const TEXT_MAX_CHARS = 8_000;

/** Read in a log and on terminals as one line. */
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

const target = wellFormed(TARGET_MAX_CHARS).min(1);
const duration = z.string().min(1).max(16);
const reason = wellFormed(REASON_MAX_CHARS).regex(ONE_LINE).optional();
const room = z.string().min(1).max(140);

/** Every request, by its `act`; each has exactly these keys. */
const REQUEST = z.discriminatedUnion("act", [
  z.strictObject({ act: z.literal("who") }),
  z.strictObject({ act: z.literal("kick"), target, reason }),
  z.strictObject({ act: z.literal("ban"), target, duration, reason }),
  z.strictObject({ act: z.literal("unban"), target }),
  z.strictObject({ act: z.literal("bans") }),
  z.strictObject({ act: z.literal("mute"), target, duration, room: room.optional() }),
  z.strictObject({ act: z.literal("unmute"), target, room: room.optional() }),
  z.strictObject({ act: z.literal("rooms") }),
  /** Without a text it tells the one there is; an empty one ends it. */
  z.strictObject({ act: z.literal("motd"), text: wellFormed(MOTD_MAX_CHARS).optional() }),
  z.strictObject({ act: z.literal("stats") }),
  z.strictObject({
    act: z.literal("say"),
    text: wellFormed(TEXT_MAX_CHARS).min(1),
    room: room.optional(),
  }),
]);

/** What is asked for. */
export type OperatorRequest = Readonly<z.output<typeof REQUEST>>;

/** What it is called. */
export type Act = OperatorRequest["act"];

/** All of them. */
export const ACTS: readonly Act[] = REQUEST.options.map(({ shape }) => shape.act.value);

/** What a request of each act has beside `act`. */
export const REQUEST_MEMBERS: ReadonlyMap<Act, readonly string[]> = new Map(
  REQUEST.options.map(({ shape }) => [
    shape.act.value,
    Object.keys(shape).filter((name) => name !== "act"),
  ]),
);

/**
 * Checks a request.
 *
 * @param value What was typed or came over the socket.
 * @returns The request.
 * @throws {ChatError} USAGE naming the member that is wrong.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(readRequest({ act: "who" }), { act: "who" });
 * assert.throws(() => readRequest({ act: "who", all: true }), { code: "USAGE" });
 * assert.throws(() => readRequest({ act: "kick" }), { code: "USAGE" });
 * ```
 */
export function readRequest(value: unknown): OperatorRequest {
  const result = REQUEST.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "it" : issue.path.join(".");
  throw new ChatError("USAGE", `cannot take request: ${where} is not as expected`, {
    hint: `acts are ${ACTS.join(", ")}; see: securechat admin --help`,
  });
}
