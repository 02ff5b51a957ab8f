/**
 * What an operator does to a running server. Each act is logged with who did it, and where it concerns a
 * room, the room's log has a signed line of it.
 *
 * @module
 */

import { printable } from "../../bytes/printable.ts";
import { asChatError, ChatError } from "../../errors.ts";
import { eventLog } from "../event_log.ts";
import { type Member, memberName } from "../member.ts";
import type { RoomHost } from "../room_host.ts";
import type { ChatServer } from "../server.ts";
import { within } from "../within.ts";
import type { OperatorAnswer } from "./answer.ts";
import { because, type OperatorBook } from "./book.ts";
import { endOf, untilText } from "./duration.ts";
import {
  absentPerson,
  bearerOf,
  isSame,
  nobody,
  type Person,
  personOf,
  personText,
} from "./person.ts";
import type { OperatorRequest } from "./request.ts";
import type { ServerTally } from "./tally.ts";

/** A room whose disk is slow does not keep anybody in it, ms. */
const NOTICE_MS = 1_000;

/** A session that ends tells its last words to its client and its rooms, ms. */
const END_MS = 5_000;

const log = eventLog("operator");

/** Where an act came from. */
export type ActBy = "console" | "admin socket";

/** What acts are made on. */
export interface OperatorActsOptions {
  readonly server: Pick<ChatServer, "sessions" | "members" | "hosts" | "say">;
  readonly book: OperatorBook;
  readonly tally: ServerTally;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** A request of one kind. */
type Asked<A extends OperatorRequest["act"]> = Extract<OperatorRequest, { readonly act: A }>;

/** See the module. */
export class OperatorActs {
  readonly #options: OperatorActsOptions;
  readonly #startedMs: number;

  /** @param options Server, book, tally, clock. */
  constructor(options: OperatorActsOptions) {
    this.#options = options;
    this.#startedMs = options.now();
  }

  /**
   * Does what is asked.
   *
   * @param request What.
   * @param by Who asks.
   * @returns What came of it.
   * @throws {ChatError} ACCOUNT if nobody or several are meant; ROOM if there is no such room; USAGE for
   * a duration; FILE if it holds but cannot be kept; FRAME_TOO_LARGE for words that are too long.
   */
  async run(request: OperatorRequest, by: ActBy): Promise<OperatorAnswer> {
    try {
      const answer = await this.#do(request);
      logAct(answer, { by, request });
      return answer;
    } catch (thrown) {
      const { code, message: reason } = asChatError(thrown);
      log.warn("operator.refused", "operator, {act} from {by}: {code}: {reason}", {
        ...{ act: request.act, by, code, reason: printable(reason) },
      });
      throw thrown;
    }
  }

  #do(request: OperatorRequest): Promise<OperatorAnswer> {
    switch (request.act) {
      case "who":
        return Promise.resolve(this.#who());
      case "kick":
        return this.#kick(request);
      case "ban":
        return this.#ban(request);
      case "unban":
        return this.#unban(request);
      case "bans":
        return Promise.resolve(this.#bans());
      case "mute":
        return this.#mute(request);
      case "unmute":
        return this.#unmute(request);
      case "rooms":
        return this.#rooms();
      case "motd":
        return this.#motd(request);
      case "stats":
        return this.#stats();
      case "say":
        return this.#say(request);
    }
  }

  #who(): OperatorAnswer {
    const members = this.#options.server.sessions().map((member) => ({
      name: memberName(member),
      fingerprint: member.certificate?.fingerprint ?? "",
      email: member.email ?? "",
      protocol: member.protocol ?? 0,
      address: member.address,
      since: isoTime(member.sinceMs),
      rooms: [...member.connection.rooms ?? []],
      isOpen: member.connection.isOpen,
    }));
    return { act: "who", members };
  }

  async #kick({ target, reason = "" }: Asked<"kick">): Promise<OperatorAnswer> {
    const person = personOf(this.#people(), target);
    if (person === undefined) throw nobody(target, "here");
    const text = `the operator removes ${personText(person)}${because({ reason })}`;
    const sessions = await this.#remove(person, { text, isNotice: reason !== "" });
    return { act: "kick", ...named(person), sessions };
  }

  /** Whoever is not here any more is named by a whole fingerprint. */
  async #ban({ target, duration, reason = "" }: Asked<"ban">): Promise<OperatorAnswer> {
    const nowMs = this.#options.now();
    const untilMs = endOf(duration, nowMs);
    const person = personOf(this.#people(), target) ?? absentPerson(target);
    if (person === undefined) throw banNobody(target);
    const { name, fingerprint, spki } = person;
    const ban = { name, fingerprint, spki, sinceMs: nowMs, untilMs, reason };
    // It holds at once; whoever it is goes, whether the disk takes it or not.
    const [kept] = await Promise.allSettled([this.#options.book.ban(ban)]);
    const text = `the operator bans ${personText(person)} ${untilText(untilMs)}${because(ban)}`;
    const isIn = this.#options.book.bans.includes(ban);
    const sessions = isIn ? await this.#remove(person, { text, isNotice: reason !== "" }) : 0;
    if (kept.status === "rejected") throw kept.reason;
    return { act: "ban", ...named(person), until: isoOrNull(untilMs), sessions };
  }

  async #unban({ target }: Asked<"unban">): Promise<OperatorAnswer> {
    const { book } = this.#options;
    const person = personOf(book.bans, target);
    if (person === undefined) throw nobody(target, "banned");
    await book.unban(person);
    return { act: "unban", ...named(person) };
  }

  #bans(): OperatorAnswer {
    const { bans, mutes } = this.#options.book;
    return {
      act: "bans",
      bans: bans.map((ban) => ({ ...sanctionOf(ban), reason: ban.reason })),
      mutes: mutes.map((mute) => ({ ...sanctionOf(mute), room: mute.room })),
    };
  }

  async #mute({ target, duration, room }: Asked<"mute">): Promise<OperatorAnswer> {
    const nowMs = this.#options.now();
    const untilMs = endOf(duration, nowMs);
    if (room !== undefined) await this.#host(room);
    const person = personOf(this.#people(), target);
    if (person === undefined) throw nobody(target, "here");
    const { name, fingerprint, spki } = person;
    const mute = { name, fingerprint, spki, sinceMs: nowMs, untilMs, room: room ?? null };
    await this.#options.book.mute(mute);
    await this.#tell(
      `the operator mutes ${personText(person)} ${untilText(untilMs)}`,
      room === undefined ? this.#roomsOf(person) : [room],
    );
    return { act: "mute", ...named(person), until: isoOrNull(untilMs), room: mute.room };
  }

  async #unmute({ target, room }: Asked<"unmute">): Promise<OperatorAnswer> {
    const { book } = this.#options;
    const person = personOf(book.mutes, target);
    const isMuted = person !== undefined &&
      (room === undefined || book.mutes.some((one) => one.room === room && isSame(one, person)));
    if (!isMuted) throw nobody(target, room === undefined ? "muted" : "muted in that room alone");
    const gone = await book.unmute(person, room);
    const rooms = gone.flatMap((mute) => mute.room ?? this.#roomsOf(person));
    await this.#tell(`the operator no longer mutes ${personText(person)}`, rooms);
    return { act: "unmute", ...named(person), room: room ?? null };
  }

  async #rooms(): Promise<OperatorAnswer> {
    const hosts = await this.#options.server.hosts();
    const rooms = hosts.map(({ room, path, present, figures: { log, entries } }) => (
      { room, people: present.length, entries, log, transcript: path }
    ));
    return { act: "rooms", rooms };
  }

  async #motd({ text }: Asked<"motd">): Promise<OperatorAnswer> {
    const { book, server } = this.#options;
    if (text === undefined) return { act: "motd", text: book.motd, isChanged: false };
    await book.setMotd(text);
    const hosts = await server.hosts();
    await within(Promise.allSettled(hosts.map((host) => host.greet())), NOTICE_MS);
    return { act: "motd", text, isChanged: true };
  }

  async #stats(): Promise<OperatorAnswer> {
    const { server, tally, now } = this.#options;
    const hosts = await server.hosts();
    const { connections, statements, refusals } = tally;
    return {
      act: "stats",
      uptimeSeconds: Math.floor((now() - this.#startedMs) / 1_000),
      sessions: server.sessions().length,
      open: server.members().length,
      ...{ connections, statements },
      deliveries: hosts.reduce((sum, { figures }) => sum + figures.deliveries, 0),
      memoryBytes: Deno.memoryUsage().rss,
      refusals,
    };
  }

  async #say({ text, room }: Asked<"say">): Promise<OperatorAnswer> {
    if (room === undefined) {
      return { act: "say", room: null, receivers: this.#options.server.say(text) };
    }
    const host = await this.#host(room);
    const saying = host.state({ kind: "notice", text });
    if (!await within(saying, NOTICE_MS)) throw saidLater(room);
    await saying;
    return { act: "say", room, receivers: host.present.length };
  }

  /** Everybody here, once for each certificate. */
  #people(): readonly Person[] {
    return this.#options.server.sessions().flatMap((member) => namesOf(member));
  }

  #sessionsOf(person: Person): readonly Member[] {
    return this.#options.server.sessions().filter(({ certificate }) =>
      certificate !== undefined && isSame(bearerOf(certificate), person)
    );
  }

  #roomsOf(person: Person): readonly string[] {
    return [
      ...new Set(this.#sessionsOf(person).flatMap(({ connection }) => connection.rooms ?? [])),
    ];
  }

  async #host(room: string): Promise<RoomHost> {
    const host = (await this.#options.server.hosts()).find((one) => one.room === room);
    if (host !== undefined) return host;
    throw new ChatError("ROOM", `cannot find room "${printable(room)}": it is not open`, {
      hint: "see which are: rooms",
    });
  }

  /** The reason first, so that whoever goes reads it too; then every session of theirs. */
  async #remove(
    person: Person,
    { text, isNotice }: { readonly text: string; readonly isNotice: boolean },
  ): Promise<number> {
    if (isNotice) await this.#tell(text, this.#roomsOf(person));
    const sessions = this.#sessionsOf(person);
    const error = new ChatError("REMOVED", text, { told: text });
    const ends = sessions.map(({ connection }) =>
      connection.remove?.(error) ?? connection.abort(error)
    );
    await within(Promise.all(ends), END_MS);
    return sessions.length;
  }

  async #tell(text: string, rooms: readonly string[]): Promise<void> {
    const hosts = (await this.#options.server.hosts()).filter(({ room }) => rooms.includes(room));
    const notices = hosts.map((host) => host.state({ kind: "notice", text }));
    await within(Promise.allSettled(notices), NOTICE_MS);
  }
}

/** By what names somebody may be called: the account's and the certificate's. */
function namesOf(member: Member): readonly Person[] {
  const { certificate } = member;
  if (certificate === undefined) return [];
  const person = bearerOf(certificate);
  return [...new Set([memberName(member), certificate.commonName])]
    .map((name) => ({ ...person, name }));
}

function named({ name, fingerprint }: Person): Pick<Person, "name" | "fingerprint"> {
  return { name, fingerprint };
}

function sanctionOf(
  { sinceMs, untilMs, ...person }: Person & {
    readonly sinceMs: number;
    readonly untilMs: number | null;
  },
) {
  return { ...named(person), since: isoTime(sinceMs), until: isoOrNull(untilMs) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

function saidLater(room: string): ChatError {
  const text = `cannot say it in "${printable(room)}" yet: its disk takes nothing`;
  return new ChatError("BUSY", text, { hint: "make room on the disk: then it is said by itself" });
}

function banNobody(target: string): ChatError {
  return new ChatError("ACCOUNT", nobody(target, "here").message, {
    hint: "ban whoever is not here by a whole fingerprint, 64 hex digits, of certificate or key",
  });
}

/** Never the words themselves, but a reason, which is the operator's own record. */
function logAct(
  answer: OperatorAnswer,
  { by, request }: { readonly by: ActBy; readonly request: OperatorRequest },
): void {
  const who = "fingerprint" in answer
    ? { name: printable(answer.name), fingerprint: answer.fingerprint }
    : {};
  const facts = {
    ...{ by, ...who },
    ..."sessions" in answer ? { sessions: answer.sessions } : {},
    ..."until" in answer ? { until: answer.until ?? "forever" } : {},
    ..."room" in answer ? { room: answer.room === null ? "all" : printable(answer.room) } : {},
    ..."reason" in request ? { reason: printable(request.reason ?? "") } : {},
  };
  const whom = "name" in who ? ": {name} {fingerprint}" : "";
  log.info(`operator.${answer.act}`, `operator, {event} from {by}${whom}`, facts);
}
