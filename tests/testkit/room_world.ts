/**
 * A room of the product with members, everything delivered at once.
 *
 * @module
 */

import { randomBytes } from "../../src/crypto/entropy.ts";
import { Authors } from "../../src/protocol/v2/authors.ts";
import { type ChainJudge, chainJudge } from "../../src/protocol/v2/chain_judge.ts";
import { ClientRoom } from "../../src/protocol/v2/client_room.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { Message } from "../../src/protocol/v2/messages.ts";
import type { RoomEvent } from "../../src/protocol/v2/room_event.ts";
import { RoomLog } from "../../src/protocol/v2/room_log.ts";
import type { RoomMember } from "../../src/protocol/v2/room_member.ts";
import { parseStatement, type Statement } from "../../src/protocol/v2/statement.ts";
import { ROOM, sessionName, signedBy } from "./hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME, trust2 } from "./identities2.ts";

/** A session in the room. */
export interface RoomUser {
  readonly own: OwnIdentity;
  readonly session: string;
  readonly client: ClientRoom;
  readonly member: RoomMember;
  readonly authors: Authors;
  readonly events: RoomEvent[];
  /** Types of all that was delivered. */
  readonly got: string[];
}

/** How the room is made. */
export interface RoomWorldOptions {
  readonly newcomersSee?: number;
  readonly judge?: ChainJudge;
}

/** The room. */
export class RoomWorld {
  readonly log: RoomLog;
  readonly server: OwnIdentity;
  readonly judge: ChainJudge;
  readonly users: RoomUser[] = [];

  constructor(log: RoomLog, server: OwnIdentity, judge: ChainJudge) {
    [this.log, this.server, this.judge] = [log, server, judge];
  }

  static async open({ newcomersSee = 100, judge }: RoomWorldOptions = {}): Promise<RoomWorld> {
    const own = await identity2(SERVER2_NAME, "server");
    const trust = await trust2();
    const used = judge ?? chainJudge(() => trust, SERVER2_NAME);
    const { log } = await RoomLog.open({
      ...{ room: ROOM, own, judge: used, newcomersSee, random: randomBytes, nowMs: NOW_MS },
    });
    return new RoomWorld(log, own, used);
  }

  /** Joins, and takes what there is. */
  async join(
    name: string,
    { want = 100, shown = new Set<string>(), nowMs = NOW_MS } = {},
  ): Promise<RoomUser> {
    const own = await identity2(name, "client");
    const session = sessionName(this.users.length + 1);
    const { member, message } = await this.log.join({ session, peer: own, want, shown, nowMs });
    const authors = new Authors({ server: this.server, judge: this.judge });
    const client = ClientRoom.joined(message, {
      ...{ room: ROOM, want, session, own, authors, random: randomBytes, nowMs },
    });
    const user = { own, session, client, member, authors, events: [], got: [] };
    this.users.push(user);
    await this.deliver(nowMs);
    return user;
  }

  /** Brings everybody up to date. */
  async deliver(nowMs = NOW_MS): Promise<void> {
    for (const user of this.users) {
      for (const message of this.log.deliver(user.member, { nowMs })) {
        await take(user, message, nowMs);
      }
    }
  }

  /** Says and delivers. */
  async say(user: RoomUser, text = "hello", nowMs = NOW_MS): Promise<void> {
    await this.log.accept(user.member, await user.client.say(text, nowMs), { nowMs });
    await this.deliver(nowMs);
  }

  /** What the server makes of a statement of this user that differs from what he would say. */
  async give(user: RoomUser, changes: Partial<Statement>, nowMs = NOW_MS): Promise<string> {
    const { stmt } = await user.client.say("hello", NOW_MS);
    const signed = await signedBy(user.own, { ...parseStatement(stmt), ...changes });
    return (await this.log.accept(user.member, signed, { nowMs })).kind;
  }
}

async function take(user: RoomUser, message: Message, nowMs: number): Promise<void> {
  user.got.push(message.type);
  if (message.type === "peer") await user.authors.take(message.chain, nowMs);
  if (message.type === "entry") user.events.push(await user.client.takeEntry(message, nowMs));
  if (message.type === "head") await user.client.takeHead(message, nowMs);
}
