/**
 * Promise: a server that lies about a room is found out by whoever it lies to.
 *
 * @module
 */

import { randomBytes } from "../../../src/crypto/entropy.ts";
import type { OwnIdentity } from "../../../src/protocol/v2/handshake.ts";
import { type Head, signHead } from "../../../src/protocol/v2/head.ts";
import { EMPTY_ROOT, MerkleTree } from "../../../src/protocol/v2/merkle_tree.ts";
import {
  leafHash,
  type SignedStatement,
  type Statement,
} from "../../../src/protocol/v2/statement.ts";
import { type RoomPeer, stateAs } from "../../testkit/room_peer.ts";
import type { Attack } from "../attack.ts";
import { someone, trapped } from "./scene.ts";

/** A room in the hands of a server that signs what it likes. */
class LyingRoom {
  readonly log = randomBytes(16).toHex();
  readonly tree = new MerkleTree();
  readonly peer: RoomPeer;
  readonly own: OwnIdentity;

  constructor(peer: RoomPeer, own: OwnIdentity) {
    [this.peer, this.own] = [peer, own];
  }

  /** Answers a join; the room is new, and its first entry is told. */
  static async open(peer: RoomPeer, own: OwnIdentity): Promise<LyingRoom> {
    const room = new LyingRoom(peer, own);
    await peer.until("join");
    const { head, sig } = await room.head({ session: peer.channel.session });
    await peer.send({ type: "joined", head, sig, peaks: [] });
    await room.tell(await room.state(own, { kind: "open", text: "" }));
    return room;
  }

  /** A head over what was told. */
  async head(changes: Partial<Head> = {}) {
    const { size } = this.tree;
    const head = {
      ...{ by: this.own.fingerprint, final: false, from: 0, log: this.log, room: "main", size },
      ...{ root: this.tree.rootAt(size).toHex(), session: this.log, ts: Date.now(), ...changes },
    };
    return { type: "head", ...await signHead(this.own.signingKey, head) } as const;
  }

  /** A statement over what was told. */
  state(author: OwnIdentity, changes: Partial<Statement>): Promise<SignedStatement> {
    const { log, tree, own } = this;
    const { size } = tree;
    const session = author === own ? log : "5e".repeat(16);
    const head = { log, room: "main", session, size, root: tree.rootAt(size).toHex() };
    return stateAs(author, head as Head, changes);
  }

  /** Sends an entry. */
  async tell(signed: SignedStatement): Promise<void> {
    this.tree.append(leafHash(signed));
    await this.peer.send({ type: "entry", ...signed });
  }

  /** Shows somebody's chain. */
  async show({ chain }: OwnIdentity): Promise<void> {
    await this.peer.send({ type: "peer", chain });
  }
}

/** A client in a room whose server lies; Bob is an author whose key the server does not have. */
function told(lie: (room: LyingRoom, bob: OwnIdentity) => Promise<void>): Promise<string> {
  return trapped(async (peer, own) => {
    const room = await LyingRoom.open(peer, own);
    const bob = await someone("bob");
    await room.show(bob);
    await lie(room, bob);
    await peer.until("status");
  });
}

/** What Alice says, as it comes back from the server. */
function comesBack(as: (said: SignedStatement, room: LyingRoom) => Promise<void>): Promise<string> {
  return trapped(async (peer, own) => {
    const room = await LyingRoom.open(peer, own);
    const said = await peer.until("msg");
    if (said === undefined) return;
    await as({ stmt: said.stmt, sig: said.sig }, room);
    await peer.until("status");
  }, {
    act: async (client) => {
      await client.untilKind("entered");
      client.client.say("I pay 100");
    },
  });
}

function altered({ stmt, sig }: SignedStatement): SignedStatement {
  const text = new TextDecoder().decode(stmt).replace("I pay 100", "I pay 900");
  return { stmt: new TextEncoder().encode(text), sig };
}

const OWN = "what is under a name is of its owner";
const ORDER = "one order for all";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "protocol 2: a server changes a member's words",
    promise: OWN,
    expected: "SIG_FAIL",
    where: "client, before they are shown",
    run: () =>
      told(async (room, bob) => room.tell(altered(await room.state(bob, { text: "I pay 100" })))),
  },
  {
    name: "protocol 2: a server puts a member's name on its own words",
    promise: OWN,
    expected: "SIG_FAIL",
    where: "client, before they are shown",
    run: () =>
      told(async (room, bob) => {
        const { fingerprint: author } = bob;
        await room.tell(await room.state({ ...room.own }, { author, session: "5e".repeat(16) }));
      }),
  },
  {
    name: "protocol 2: a server tells words of somebody whose certificate it does not show",
    promise: OWN,
    expected: "BAD_CERT",
    where: "client, before they are shown",
    run: () => told(async (room) => room.tell(await room.state(await someone("carol"), {}))),
  },
  {
    name: "protocol 2: a server shows a server's certificate as a member's",
    promise: OWN,
    expected: "BAD_CERT",
    where: "client",
    run: () => told(async (room) => room.show(await someone("false.test", "server"))),
  },
  {
    name: "protocol 2: a server tells a member's words twice",
    promise: "what is said once is heard once",
    expected: "REPLAY",
    where: "client, by the number",
    run: () =>
      told(async (room, bob) => {
        const said = await room.state(bob, {});
        await room.tell(said);
        await room.tell(said);
      }),
  },
  {
    name: "protocol 2: a server tells words of another log",
    promise: "what is said once is heard once",
    expected: "REPLAY",
    where: "client, by the log",
    run: () =>
      told(async (room, bob) => room.tell(await room.state(bob, { log: "77".repeat(16) }))),
  },
  {
    name: "protocol 2: a server tells words of eleven minutes ago as new",
    promise: "what is said is said now",
    expected: "STALE",
    where: "client, by its clock",
    run: () =>
      told(async (room, bob) => room.tell(await room.state(bob, { ts: Date.now() - 660_000 }))),
  },
  {
    name: "protocol 2: a server hides an entry that a member has seen",
    promise: ORDER,
    expected: "FORKED",
    where: "client, by the member's next words",
    run: () =>
      told(async (room, bob) => {
        const hidden = await room.state(room.own, {
          kind: "notice",
          seq: 2,
          text: "the pump is off",
        });
        room.tree.append(leafHash(hidden));
        const said = await room.state(bob, { text: "understood" });
        await room.peer.send({ type: "entry", ...said });
      }),
  },
  {
    name: "protocol 2: a server signs a head over another conversation",
    promise: ORDER,
    expected: "FORKED",
    where: "client, by the root",
    run: () => told(async (room) => room.peer.send(await room.head({ root: EMPTY_ROOT }))),
  },
  {
    name: "protocol 2: a server's final head is over less than it told",
    promise: ORDER,
    expected: "FORKED",
    where: "client, by the size",
    run: () =>
      told(async (room) => {
        const { session } = room.peer.channel;
        await room.peer.send(
          await room.head({ final: true, session, size: 0, root: EMPTY_ROOT }),
        );
      }),
  },
  {
    name: "protocol 2: a server goes on after its final head",
    promise: ORDER,
    expected: "FORKED",
    where: "client",
    run: () =>
      told(async (room, bob) => {
        const { session } = room.peer.channel;
        const final = await room.head({ final: true, session });
        const said = await room.state(bob, {});
        await room.peer.send(final, { type: "entry", ...said });
      }),
  },
  {
    name: "protocol 2: a server changes what a client said on its way back",
    promise: OWN,
    expected: "FORKED",
    where: "client: its own words are compared",
    run: () => comesBack((said, room) => room.tell(altered(said))),
  },
  {
    name: "protocol 2: a server tells a client's own words twice",
    promise: OWN,
    expected: "FORKED",
    where: "client: its own words are compared",
    run: () =>
      comesBack(async (said, room) => {
        await room.tell(said);
        await room.tell(said);
      }),
  },
  {
    name: "protocol 2: a server refuses what was never said",
    promise: "an answer is to a question",
    expected: "REPLAY",
    where: "client",
    run: () =>
      told(({ peer, log }) =>
        peer.send({ type: "refused", code: "LIMIT", log, message: "", retry: 0, seq: 1 })
      ),
  },
  {
    name: "protocol 2: a server lets a client in that has not asked",
    promise: "an answer is to a question",
    expected: "HANDSHAKE",
    where: "client, still asking for the password",
    run: () =>
      trapped(async (peer, own) => {
        const room = new LyingRoom(peer, own);
        const { head, sig } = await room.head({ session: peer.channel.session });
        await peer.send({ type: "joined", head, sig, peaks: [] });
        await peer.until("status");
      }, { signIn: "password" }),
  },
];
