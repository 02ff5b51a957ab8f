/**
 * What an operator is answered: plain data, the same on the console and over the local socket. Names,
 * addresses of e-mail and reasons are foreign text.
 *
 * @module
 */

import { z } from "zod";
import { ChatError } from "../../errors.ts";
import type { Act } from "./request.ts";

/** ISO 8601. */
const time = z.iso.datetime();
/** Null: for ever. */
const until = time.nullable();
const count = z.int().min(0);
const named = { name: z.string(), fingerprint: z.string() } as const;

/** One connection whose certificate is proved. */
const WHO = z.object({
  ...named,
  /** Empty where the certificate is the account. */
  email: z.string(),
  protocol: count,
  /** IP address and port. */
  address: z.string(),
  since: time,
  rooms: z.array(z.string()),
  /** Whether words can be said: it is signed in, and for protocol 2 in a room. */
  isOpen: z.boolean(),
});

/** A room of protocol 2. */
const ROOM = z.object({
  room: z.string(),
  /** Sessions that are in it. */
  people: count,
  entries: count,
  /** The log's id, hex. */
  log: z.string(),
  transcript: z.string(),
});

/** An answer, by the act that was asked for. */
const ANSWER = z.discriminatedUnion("act", [
  z.object({ act: z.literal("who"), members: z.array(WHO) }),
  /** `sessions`: how many ended. */
  z.object({ act: z.literal("kick"), ...named, sessions: count }),
  z.object({ act: z.literal("ban"), ...named, until, sessions: count }),
  z.object({ act: z.literal("unban"), ...named }),
  z.object({
    act: z.literal("bans"),
    bans: z.array(z.object({ ...named, since: time, until, reason: z.string() })),
    /** `room` null: in all rooms. */
    mutes: z.array(z.object({ ...named, since: time, until, room: z.string().nullable() })),
  }),
  z.object({ act: z.literal("mute"), ...named, until, room: z.string().nullable() }),
  z.object({ act: z.literal("unmute"), ...named, room: z.string().nullable() }),
  z.object({ act: z.literal("rooms"), rooms: z.array(ROOM) }),
  z.object({ act: z.literal("motd"), text: z.string(), isChanged: z.boolean() }),
  z.object({
    act: z.literal("stats"),
    uptimeSeconds: count,
    /** Now: connections with a proved certificate, and those whose chat is open. */
    sessions: count,
    open: count,
    /** Since the server began. */
    connections: count,
    statements: count,
    /** Entries that went to members of rooms. */
    deliveries: count,
    /** Resident memory of the server. */
    memoryBytes: count,
    /** Sessions and statements that were refused or cut, by code. */
    refusals: z.record(z.string(), count),
  }),
  /** `room` null: to all; `receivers`: how many it goes to. */
  z.object({ act: z.literal("say"), room: z.string().nullable(), receivers: count }),
]);

/** What is answered. */
export type OperatorAnswer = Readonly<z.output<typeof ANSWER>>;

/** What an answer to each act has beside `act`; behind a list the members of what is listed. */
export const ANSWER_MEMBERS: ReadonlyMap<Act, readonly string[]> = new Map(
  ANSWER.options.map(({ shape }) => [shape.act.value, membersOf(shape)]),
);

function membersOf(shape: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(shape).filter(([name]) => name !== "act").flatMap(([name, type]) => {
    const element: unknown = type instanceof z.ZodArray ? type.element : undefined;
    return element instanceof z.ZodObject ? [name, ...Object.keys(element.shape)] : [name];
  });
}

/**
 * Checks an answer that came over a socket.
 *
 * @param value What came.
 * @param act What was asked for.
 * @returns The answer.
 * @throws {ChatError} FORMAT if it is none to that act.
 */
export function readAnswer(value: unknown, act: Act): OperatorAnswer {
  const result = ANSWER.safeParse(value);
  if (result.success && result.data.act === act) return result.data;
  throw new ChatError("FORMAT", `cannot read the server's answer: it is none to "${act}"`, {
    hint: "check that server and command are of one version",
  });
}
