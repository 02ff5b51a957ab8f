/**
 * Attacks of those who are signed in: one who never reads, one who says more than a room can bear.
 *
 * @module
 */

import { concat } from "../../../src/bytes/concat.ts";
import { FrameStream } from "../../../src/chat/frame_stream.ts";
import { CLIENT_LIMITS } from "../../../src/chat/limits.ts";
import { SecureLink } from "../../../src/chat/secure_link.ts";
import { asChatError } from "../../../src/errors.ts";
import { HANDSHAKE_BODY_MAX_BYTES } from "../../../src/protocol/frame.ts";
import { ClientHandshake } from "../../../src/protocol/v2/client_handshake.ts";
import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import { type Head, parseHead } from "../../../src/protocol/v2/head.ts";
import { encodeMessage, type Message, parseMessage } from "../../../src/protocol/v2/messages.ts";
import { peerRefusal } from "../../../src/protocol/v2/peer_refusal.ts";
import { stateAs } from "../../testkit/room_peer.ts";
import { SERVER_NAME } from "../room_process.ts";
import type { Assault } from "./assault.ts";
import { BoundConn } from "./bound_conn.ts";

/** The room of those who behave. */
export const GOOD_ROOM = "bench";

/** A room in which those who do not read are fed. */
export const PIT_ROOM = "pit";

const FROM = "127.0.0.6";

const DEAF = 5;

/** Long words, so that a queue fills: a second of them is more than half a mebibyte. */
const FED_BYTES = 30_000;
const FEED_MS = 50;

/** Short words, so many in a record. */
const FLOOD_BYTES = 100;
const FLOOD_BATCH = 16;

/** Whoever is sent away comes again after that, ms. */
const AGAIN_MS = 1_000;

/** A member who is in hostile hands. */
class HostileMember {
  readonly conn: BoundConn;
  readonly own: OwnIdentity;
  readonly link: SecureLink;

  constructor(conn: BoundConn, own: OwnIdentity, link: SecureLink) {
    [this.conn, this.own, this.link] = [conn, own, link];
  }

  /** Shakes hands. */
  static async enter(assault: Assault, own: OwnIdentity): Promise<HostileMember> {
    assault.tally.opened();
    const conn = assault.keep(await BoundConn.dial(FROM, assault.port));
    const stream = new FrameStream(conn.asConn, CLIENT_LIMITS);
    const options = { own, trust: assault.trust, serverName: SERVER_NAME };
    const { machine, step: first } = await ClientHandshake.start(options);
    let step = first;
    while (step.kind === "more") {
      if (step.send.length > 0) void stream.write(concat(...step.send));
      const body = await stream.next({ maxBytes: HANDSHAKE_BODY_MAX_BYTES });
      if (body === undefined) throw new Error(conn.fault ?? "closed");
      step = await machine.take(body, Date.now());
    }
    if (step.kind === "failed") throw step.error;
    return new HostileMember(conn, own, new SecureLink({ stream, channel: step.channel }));
  }

  /** Joins a room; gives where its log stands. */
  async join(room: string): Promise<Head> {
    this.link.send(encodeMessage({ type: "join", room, want: 0 }));
    for (;;) {
      const objects = await this.link.next();
      if (objects === undefined) throw new Error(this.conn.fault ?? "closed");
      for (const object of objects) {
        const message = parse(object);
        if (message.type === "status") throw peerRefusal(message, "CONNECTION");
        if (message.type === "joined") return parseHead(message.head);
      }
    }
  }

  /** Says something, again and again, as long as the other side takes it. */
  async say(head: Head, seqs: readonly number[], bytes: number): Promise<void> {
    const text = "x".repeat(bytes);
    const signed = await Promise.all(seqs.map((seq) => stateAs(this.own, head, { seq, text })));
    for (const one of signed) this.link.send(encodeMessage({ type: "msg", ...one }));
    await this.link.sent();
  }

  /** Reads to the end; tells what came, and why it ended. */
  async readAll(assault: Assault): Promise<void> {
    try {
      for (;;) {
        const objects = await this.link.next();
        if (objects === undefined) {
          if (!assault.isOver) assault.tally.untold(this.conn.fault ?? "closed");
          return;
        }
        for (const object of objects) {
          const message = parse(object);
          if (message.type === "status") return assault.tally.told(message.status);
          if (message.type === "refused") {
            assault.tally.answered(`statement refused: ${message.code}`);
          }
          if (message.type === "entry") assault.tally.answered("entry");
        }
      }
    } catch (thrown) {
      if (!assault.isOver) assault.tally.untold(asChatError(thrown).message);
    }
  }

  async close(assault: Assault): Promise<void> {
    assault.drop(this.conn);
    await this.link.close();
  }
}

function parse(object: Uint8Array): Message {
  return parseMessage(object, [
    ...["joined", "peer", "entry", "head", "refused", "status", "ping", "invite"] as const,
  ]);
}

/** Comes again whenever it is sent away. */
async function persist(assault: Assault, act: () => Promise<void>): Promise<void> {
  while (!assault.isOver) {
    try {
      await act();
    } catch (thrown) {
      const { code, message } = asChatError(thrown);
      if (assault.isOver) return;
      if (message.includes("the other side says")) assault.tally.told(code);
      else assault.tally.untold(message);
    }
    await assault.pause(AGAIN_MS);
  }
}

/**
 * Members that are in the good room and read nothing; another one sees to it that there is much to read.
 * When the attack is over they read what is there: so it is known whether the server had cut them, and
 * what it said where there was room to say it.
 */
export async function deaf(assault: Assault): Promise<void> {
  const names = Array.from({ length: DEAF }, (_, index) => `deaf-${index}`);
  const readers = names.map(async (name) => {
    const own = await assault.issuer.identity(name);
    await persist(assault, async () => {
      const member = await HostileMember.enter(assault, own);
      await member.join(GOOD_ROOM);
      await member.join(PIT_ROOM);
      await assault.lastWords(() => member.readAll(assault));
      await member.close(assault);
    });
  });
  await Promise.all([...readers, feed(assault)]);
}

async function feed(assault: Assault): Promise<void> {
  const own = await assault.issuer.identity("feeder");
  await persist(assault, async () => {
    const member = await HostileMember.enter(assault, own);
    const head = await member.join(PIT_ROOM);
    const reading = member.readAll(assault).then(() => true);
    for (let seq = 1; !assault.isOver; seq++) {
      await member.say(head, [seq], FED_BYTES);
      if (await Promise.race([reading, assault.pause(FEED_MS)]) === true) break;
    }
    await member.close(assault);
  });
}

/** A member that says what it can in the good room, whatever it is answered. */
export async function flood(assault: Assault): Promise<void> {
  const own = await assault.issuer.identity("flooder");
  await persist(assault, async () => {
    const member = await HostileMember.enter(assault, own);
    const head = await member.join(GOOD_ROOM);
    let hasEnded = false;
    const reading = member.readAll(assault).then(() => hasEnded = true);
    for (let seq = 1; !assault.isOver && !hasEnded; seq += FLOOD_BATCH) {
      const seqs = Array.from({ length: FLOOD_BATCH }, (_, index) => seq + index);
      await member.say(head, seqs, FLOOD_BYTES);
      assault.tally.answered("statements sent", FLOOD_BATCH);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await member.close(assault);
    await reading;
  });
}
