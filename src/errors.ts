/**
 * Every error that securechat reports: its stable code, the exit status it leads to, what the other
 * side of a connection may be told, and the act that helps.
 *
 * Two audiences: `message` and `hint` are for the person at this keyboard; the peer is told `wire`
 * and nothing else, so that an attacker learns no reason. (BAD_CERT is the exception of protocol 1,
 * whose status message names the certificate's fault.)
 *
 * This module imports nothing and every folder may import it.
 *
 * @module
 */

/** What the table holds for one code. */
export interface ErrorSpec {
  /** Exit status of a command that ends with this error. */
  readonly exit: 0 | 1 | 2 | 3 | 4 | 70 | 75;
  /** All that the peer of a connection is told. */
  readonly wire: string;
  /** What to do, where the place that throws knows nothing better. */
  readonly hint: string;
}

/** The error table. README documents each code; a test compares the two. */
export const ERRORS = {
  BAD_CERT: {
    exit: 1,
    wire: "BAD_CERT",
    hint:
      "look at it with: securechat cert show FILE; name the CA that signed it with --ca, or issue a new one: securechat cert issue",
  },
  REVOKED: {
    exit: 1,
    wire: "REVOKED",
    hint:
      "its owner needs a new certificate: securechat cert issue; who revoked it and when: securechat ca list",
  },
  REMOVED: {
    exit: 1,
    wire: "REMOVED",
    hint:
      "the operator has removed or banned this certificate: ask them why, and for how long; trying again at once helps nothing",
  },
  SIG_FAIL: {
    exit: 1,
    wire: "SIG_FAIL",
    hint: "do not trust this text; keep the transcript as evidence",
  },
  REPLAY: {
    exit: 1,
    wire: "REPLAY",
    hint:
      "something was sent twice or out of order, and does not count; with protocol 1 the session goes on",
  },
  FORMAT: {
    exit: 1,
    wire: "FORMAT",
    hint:
      "what was read is not what this place calls for: check the file, or the other side's program",
  },
  FRAME_TOO_LARGE: {
    exit: 1,
    wire: "FRAME_TOO_LARGE",
    hint: "the other side does not speak this protocol, or sends more than one message may hold",
  },
  TIMEOUT: {
    exit: 1,
    wire: "TIMEOUT",
    hint: "the other side was silent for too long: check the network and try again",
  },
  HANDSHAKE: {
    exit: 1,
    wire: "HANDSHAKE",
    hint: "the other side broke the protocol: check that it is a securechat of this version",
  },
  VERSION: {
    exit: 1,
    wire: "VERSION",
    hint:
      "both sides must speak one protocol: take the same securechat, or ask for the older one: --protocol 1",
  },
  TAMPERED: {
    exit: 1,
    wire: "TAMPERED",
    hint:
      "something on the line changed, repeated or dropped what was sent: connect again, from another network if it comes back",
  },
  TRUNCATED: {
    exit: 1,
    wire: "TRUNCATED",
    hint:
      "the other side was cut off before both had signed what they have: the transcript says up to where; connect again",
  },
  FORKED: {
    exit: 1,
    wire: "FORKED",
    hint:
      "two sides of this room were shown different conversations: keep the transcript, and compare it with another member's",
  },
  EQUIVOCATION: {
    exit: 1,
    wire: "EQUIVOCATION",
    hint:
      "keep both files: together they prove it to anybody who has the CA's certificate; trust nothing else that this server has ordered",
  },
  STALE: {
    exit: 1,
    wire: "STALE",
    hint:
      "set the clock of this machine; if it is right, the other side's is wrong, or it held this back",
  },
  UNSIGNED: {
    exit: 1,
    wire: "UNSIGNED",
    hint:
      "the chat goes on, but the other side has not yet signed for its end: if that lasts, leave and keep the transcript",
  },
  LIMIT: {
    exit: 75,
    wire: "LIMIT",
    hint: "wait a moment, then say it again",
  },
  SIGN_IN: {
    exit: 1,
    wire: "ERROR",
    hint: "check the e-mail address and the password, or make the account with --register",
  },
  CERT_MISMATCH: {
    exit: 1,
    wire: "CERT_MISMATCH",
    hint:
      "a new key? the operator binds the account to it: securechat user rebind EMAIL --cert FILE; no account yet: connect with --register",
  },
  BUSY: {
    exit: 75,
    wire: "BUSY",
    hint: "wait a moment, then try again",
  },
  SLOW: {
    exit: 1,
    wire: "SLOW",
    hint: "the other side reads more slowly than messages arrive: connect again from a faster line",
  },
  CONNECTION: {
    exit: 1,
    wire: "CONNECTION",
    hint: "check that the server runs (securechat serve) and that HOST:PORT is right",
  },
  ADDRESS: {
    exit: 1,
    wire: "ADDRESS",
    hint: "stop the program that holds the port, or choose another: securechat serve --port N",
  },
  ROOM: {
    exit: 1,
    wire: "ROOM",
    hint: "ask the operator which rooms there are: securechat serve --room NAME",
  },
  DATABASE: {
    exit: 1,
    wire: "ERROR",
    hint:
      "check that the database runs and that DB_HOST, DB_USER, DB_PASSWORD and DB_NAME are right: securechat db init",
  },
  ACCOUNT: {
    exit: 1,
    wire: "ERROR",
    hint: "list the accounts with: securechat user list",
  },
  EXISTS: {
    exit: 1,
    wire: "EXISTS",
    hint: "choose another --out, or replace it on purpose with --force",
  },
  FILE: {
    exit: 1,
    wire: "FILE",
    hint: "check the path and its permissions",
  },
  NO_INPUT: {
    exit: 4,
    wire: "NO_INPUT",
    hint: "name a file that exists",
  },
  LEDGER: {
    exit: 1,
    wire: "ERROR",
    hint:
      "keep the file as it is, it is evidence; see which line is bad: securechat ca log verify; what is known to be good is in your last backup",
  },
  CONFIG: {
    exit: 2,
    wire: "CONFIG",
    hint: "correct the setting; .env.example describes every one",
  },
  USAGE: {
    exit: 2,
    wire: "USAGE",
    hint: "see: securechat --help",
  },
  INTERNAL: {
    exit: 70,
    wire: "INTERNAL",
    hint:
      "this is a fault of securechat: run again with SECURECHAT_DEBUG=1 and report what it prints",
  },
} as const satisfies Record<string, ErrorSpec>;

/** A code of the table. */
export type ErrorCode = keyof typeof ERRORS;

/** Optional parts of a {@link ChatError}. */
export interface ChatErrorOptions extends ErrorOptions {
  /** A better act than the table's. */
  readonly hint?: string;
  /** What the peer is told beside the code: a limit, its value, when to try again. No secret. */
  readonly told?: string;
}

/**
 * The one error class: a code of {@link ERRORS} and a sentence of the form
 * "cannot <action>: <state>, expected <state>", lower case, without a final period or a secret.
 *
 * @example The hint comes from the table unless the place that throws knows better
 * ```ts
 * import assert from "node:assert/strict";
 * import { ChatError, ERRORS } from "./errors.ts";
 * const plain = new ChatError("REPLAY", "cannot accept message 7: expected more than 8");
 * assert.equal(plain.hint, ERRORS.REPLAY.hint);
 * assert.equal(new ChatError("FILE", "cannot read x", { hint: "create x" }).hint, "create x");
 * ```
 */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** Stable code, one of {@link ERRORS}. */
  readonly code: ErrorCode;
  /** What the person can do. */
  readonly hint: string;
  /** What the peer is told; without it `wire` alone. */
  readonly told: string | undefined;

  /**
   * @param code A code of the table.
   * @param message What could not be done, and why.
   * @param options `hint` overrides the table's; `cause` keeps the original error.
   */
  constructor(code: ErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.told = options.told;
  }
}

/**
 * Turns anything that was thrown into a {@link ChatError}; what has no code becomes INTERNAL.
 *
 * @param thrown The value of a `catch`.
 * @returns `thrown` itself if it is a ChatError.
 */
export function asChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new ChatError("INTERNAL", `something unexpected happened: ${text}`, { cause: thrown });
}
