/**
 * What is logged: each line has an event by a name that stays, for whoever counts or watches them.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";

/** The events of a log, and what each tells. `docs/operations.md` lists them; a test compares the two. */
export const LOG_EVENTS = {
  "server.listening": "the server takes connections",
  "server.stopped": "every session has ended, and the server with them",
  "server.reloaded": "certificate, revocations and limits were read again (SIGHUP)",
  "server.renewed":
    "the server goes on with another certificate: all sessions ended, new logs have begun",
  "server.reload_failed": "they were not, and all stays as it was",
  "revocations.changed": "the CA's list is another one; how many sessions end by it",
  "revocations.failed": "the CA's list cannot be read or used",
  "connection.opened": "somebody connected",
  "connection.turned_away":
    "a connection was refused by a limit; `more`: as many others since the last line",
  "connection.not_accepted":
    "the system gave no connection: too many files are open, or it was gone at once",
  "connection.failed": "a fault of this program ended a connection",
  "session.certificate": "a certificate was accepted",
  "session.phase": "DEBUG: a session reached a phase",
  "session.signed_in": "somebody signed in",
  "session.message": "DEBUG: something was said",
  "session.dropped": "something that came was refused, and the session goes on",
  "session.receipt": "the other side's last signature came; `code`: ok, or what is wrong with it",
  "session.left": "a session ended in order",
  "session.ended": "a session ended before its time",
  "session.unsent": "protocol 1: somebody could not be sent a message",
  "client.signed_in": "in a client's log: this side is in",
  "client.ended": "in a client's log: a session ended",
  "room.trouble": "something is wrong in a room: a late head, a file that cannot be written",
  "disk.full": "the transcripts' disk takes nothing, so no words are taken",
  "disk.free": "it has room again",
  "transcript.torn": "a crash has cut a transcript's last line off, and it was moved aside",
  "transcript.trouble": "a transcript of an earlier run cannot be looked at",
  "admin.trouble": "the admin socket could not take a connection",
  "admin.replaced": "the admin socket of a server that crashed was replaced",
  "log.lost": "lines are missing before this one: the disk took none; `lost`: how many",
  "operator.who": "the operator looked who is here",
  "operator.rooms": "looked at the rooms",
  "operator.bans": "looked at bans and mutes",
  "operator.stats": "looked at the figures",
  "operator.kick": "removed somebody",
  "operator.ban": "removed somebody, and keeps them out",
  "operator.unban": "lets them in again",
  "operator.mute": "stopped somebody from speaking",
  "operator.unmute": "lets them speak again",
  "operator.motd": "looked at the message of the day, or changed it",
  "operator.say": "said something",
  "operator.refused": "asked for something that was not done",
} as const;

/** The name of an event. */
export type LogEvent = keyof typeof LOG_EVENTS;

/** Logs one event: a text with its facts by name in braces, and the facts. */
export type LogLine = (
  event: LogEvent,
  text: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** A part's log. */
export type EventLog = Readonly<Record<"debug" | "info" | "warn" | "error", LogLine>>;

/**
 * The log of a part of the program.
 *
 * @param part Which.
 * @returns A log that goes nowhere until `cli/log.ts` has set one up.
 *
 * @example
 * ```ts
 * eventLog("server").info("connection.opened", "connected from {address}", { address: "192.0.2.1" });
 * ```
 */
export function eventLog(part: "server" | "client" | "operator"): EventLog {
  const log = getLogger(["securechat", part]);
  return {
    debug: (event, text, facts) => log.debug(text, { event, ...facts }),
    info: (event, text, facts) => log.info(text, { event, ...facts }),
    warn: (event, text, facts) => log.warn(text, { event, ...facts }),
    error: (event, text, facts) => log.error(text, { event, ...facts }),
  };
}
