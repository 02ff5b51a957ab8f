/**
 * What the operator has decided, in a file that outlives the server: bans, mutes, the message of the
 * day. Mode 0600, JSON, replaced in one step; read as if an enemy had written it.
 *
 * @module
 */

import { z } from "zod";
import { printable } from "../../bytes/printable.ts";
import { asChatError, ChatError } from "../../errors.ts";
import type { Certificate } from "../../pki/certificate.ts";
import type { Limit } from "../../protocol/v2/room_member.ts";
import { readPrivate, writePrivate } from "../../store/private_file.ts";
import { Mutex } from "../mutex.ts";
import { untilText } from "./duration.ts";
import { bearerOf, isSame, type Person } from "./person.ts";

const BOOK_VERSION = 1;
const BOOK_MAX_BYTES = 16 * 1024 * 1024;
const NAME_MAX_CHARS = 320;
const ROOM_MAX_CHARS = 140;

/** Bans at most, and mutes at most. */
export const SANCTIONS_MAX = 1_024;

/** Characters of a reason. */
export const REASON_MAX_CHARS = 500;

/** Characters of a message of the day: one line of a screen or some. */
export const MOTD_MAX_CHARS = 2_000;

/** A word of somebody muted is signed anew so often: so an unmute is felt soon, ms. */
const MUTED_RETRY_MS = 10_000;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const timeMs = z.int().min(0).max(8.64e15);
const sanction = {
  name: z.string().max(NAME_MAX_CHARS),
  fingerprint: hex,
  spki: hex.nullable(),
  sinceMs: timeMs,
  untilMs: timeMs.nullable(),
} as const;
const BAN = z.strictObject({ ...sanction, reason: wellFormed(REASON_MAX_CHARS) });
const MUTE = z.strictObject({ ...sanction, room: z.string().max(ROOM_MAX_CHARS).nullable() });
const BOOK = z.strictObject({
  version: z.literal(BOOK_VERSION),
  motd: wellFormed(MOTD_MAX_CHARS),
  bans: z.array(BAN).max(SANCTIONS_MAX),
  mutes: z.array(MUTE).max(SANCTIONS_MAX),
});

/** Text that a statement can hold: half a surrogate pair would fail the room that says it. */
export function wellFormed(maxChars: number): z.ZodString {
  return z.string().max(maxChars).refine((text) => text.isWellFormed(), "is not Unicode text");
}

/** Somebody who may not come in; `untilMs` null: for ever. */
export type Ban = Readonly<z.output<typeof BAN>>;

/** Somebody whose words are not taken, in one room, or (null) in all. */
export type Mute = Readonly<z.output<typeof MUTE>>;

/** Where the book is, and the clock. */
export interface BookOptions {
  /** The file; without it nothing outlives the server. */
  readonly path?: string;
  now(): number;
}

/** See the module. */
export class OperatorBook {
  readonly #options: BookOptions;
  readonly #saving = new Mutex();
  #bans: readonly Ban[];
  #mutes: readonly Mute[];
  #motd: string;

  /** Use {@link OperatorBook.open}. */
  constructor(options: BookOptions, { bans, mutes, motd }: Omit<z.output<typeof BOOK>, "version">) {
    this.#options = options;
    [this.#bans, this.#mutes, this.#motd] = [bans, mutes, motd];
  }

  /**
   * Opens the book.
   *
   * @param options Where it is, and the clock.
   * @returns The book; empty when there is no file.
   * @throws {ChatError} FORMAT if the file is no such book; FILE if it cannot be read.
   */
  static async open(options: BookOptions): Promise<OperatorBook> {
    const { path } = options;
    const contents = path === undefined ? undefined : await readBook(path);
    return new OperatorBook(options, contents ?? { bans: [], mutes: [], motd: "" });
  }

  /** Bans that are not over, oldest first. */
  get bans(): readonly Ban[] {
    return this.#bans.filter((ban) => this.#isOn(ban));
  }

  /** Mutes that are not over, oldest first. */
  get mutes(): readonly Mute[] {
    return this.#mutes.filter((mute) => this.#isOn(mute));
  }

  /** What is shown to whoever joins; empty: nothing. */
  get motd(): string {
    return this.#motd;
  }

  /**
   * Why somebody may not come in.
   *
   * @param certificate The leaf, proved.
   * @returns REMOVED while they are banned, whatever certificate their key has.
   */
  refusalOf(certificate: Certificate): ChatError | undefined {
    const ban = this.#find(this.#bans, certificate);
    if (ban === undefined) return undefined;
    const until = `${untilText(ban.untilMs)}${because(ban)}`;
    return new ChatError("REMOVED", `"${printable(ban.name)}" is banned ${until}`, {
      told: `the operator has banned you ${until}`,
    });
  }

  /**
   * Why somebody's words are not taken.
   *
   * @param certificate The author's leaf.
   * @param room Where; without it, wherever only a mute in all rooms counts.
   * @returns What the author is told, and when to sign them anew; nothing if they are taken.
   */
  limitOf(certificate: Certificate, room?: string): Limit | undefined {
    if (this.#mutes.length === 0) return undefined; // as nearly always: asked for each statement
    const here = this.#mutes.filter((mute) => mute.room === null || mute.room === room);
    const mute = this.#find(here, certificate);
    if (mute === undefined) return undefined;
    const leftMs = mute.untilMs === null ? Infinity : mute.untilMs - this.#options.now();
    return {
      message: `the operator has muted you ${untilText(mute.untilMs)}`,
      retryMs: Math.max(1, Math.min(leftMs, MUTED_RETRY_MS)),
    };
  }

  /**
   * Adds a ban, in the place of one of the same person. It holds at once.
   *
   * @param ban Whom, and for how long.
   * @returns When it is on the disk.
   * @throws {ChatError} FILE if it cannot be kept, or there are too many.
   */
  async ban(ban: Ban): Promise<void> {
    const others = this.bans.filter((one) => !isSame(one, ban));
    requireFew(others);
    this.#bans = [...others, ban];
    await this.#save();
  }

  /**
   * Takes a person's bans back.
   *
   * @param person Whose.
   * @returns How many, once that is on the disk.
   * @throws {ChatError} FILE if it cannot be kept.
   */
  async unban(person: Person): Promise<number> {
    const before = this.bans;
    this.#bans = before.filter((one) => !isSame(one, person));
    await this.#save();
    return before.length - this.#bans.length;
  }

  /**
   * Adds a mute, in the place of one of the same person in the same room. It holds at once.
   *
   * @param mute Whom, where, and for how long.
   * @returns When it is on the disk.
   * @throws {ChatError} FILE if it cannot be kept, or there are too many.
   */
  async mute(mute: Mute): Promise<void> {
    const others = this.mutes.filter((one) => !isSame(one, mute) || one.room !== mute.room);
    requireFew(others);
    this.#mutes = [...others, mute];
    await this.#save();
  }

  /**
   * Takes a person's mutes back.
   *
   * @param person Whose.
   * @param room The room's alone; without it all of them.
   * @returns The mutes that are gone, once that is on the disk.
   * @throws {ChatError} FILE if it cannot be kept.
   */
  async unmute(person: Person, room?: string): Promise<readonly Mute[]> {
    const isMeant = (one: Mute) => isSame(one, person) && (room === undefined || one.room === room);
    const gone = this.mutes.filter(isMeant);
    this.#mutes = this.mutes.filter((one) => !isMeant(one));
    await this.#save();
    return gone;
  }

  /**
   * Changes the message of the day.
   *
   * @param text The message; empty: none.
   * @returns When it is on the disk.
   * @throws {ChatError} FILE if it cannot be kept.
   */
  async setMotd(text: string): Promise<void> {
    this.#motd = text;
    await this.#save();
  }

  #find<T extends Ban | Mute>(all: readonly T[], certificate: Certificate): T | undefined {
    if (all.length === 0) return undefined;
    const person = bearerOf(certificate);
    return all.find((one) => this.#isOn(one) && isSame(one, person));
  }

  #isOn({ untilMs }: Pick<Ban, "untilMs">): boolean {
    return untilMs === null || untilMs > this.#options.now();
  }

  /** One write at a time, each of all that is known when it begins. */
  async #save(): Promise<void> {
    const { path } = this.#options;
    if (path === undefined) return;
    await this.#saving.run(async () => {
      const { bans, mutes, motd } = this;
      const text = JSON.stringify({ version: BOOK_VERSION, motd, bans, mutes }, null, 1);
      await writePrivate(path, `${text}\n`, { replace: true });
    }).catch((thrown) => Promise.reject(notKept(thrown)));
  }
}

/**
 * A reason behind something that was done.
 *
 * @param done What was done, with its reason; empty: none.
 * @returns ": reason", or nothing.
 */
export function because({ reason }: { readonly reason: string }): string {
  return reason === "" ? "" : `: ${printable(reason)}`;
}

function requireFew(others: readonly unknown[]): void {
  if (others.length < SANCTIONS_MAX) return;
  throw new ChatError("FILE", `cannot add: ${SANCTIONS_MAX} are in force`, {
    hint: "take some back: bans lists them; a certificate is revoked with: securechat ca revoke",
  });
}

/** It holds, and would be forgotten. */
function notKept(thrown: unknown): ChatError {
  const { code, message } = asChatError(thrown);
  return new ChatError(code, `${message}; it holds until the server stops`, {
    hint: "make room on the disk, or mend the folder's permissions, then say it again",
    cause: thrown,
  });
}

async function readBook(path: string): Promise<z.output<typeof BOOK> | undefined> {
  let bytes: Uint8Array;
  try {
    ({ bytes } = await readPrivate(path, { maxBytes: BOOK_MAX_BYTES }));
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "NO_INPUT") return undefined;
    throw thrown;
  }
  try {
    return BOOK.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (thrown) {
    throw new ChatError("FORMAT", `cannot read "${printable(path)}": ${faultOf(thrown)}`, {
      hint:
        "it holds bans and mutes: mend it, or restore it from a backup; without it all are lifted",
      cause: thrown,
    });
  }
}

function faultOf(thrown: unknown): string {
  if (!(thrown instanceof z.ZodError)) return "it is not JSON in UTF-8";
  const path = thrown.issues[0]?.path.join(".") ?? "";
  return `it does not have the form of the operator's book${path === "" ? "" : `, at ${path}`}`;
}
