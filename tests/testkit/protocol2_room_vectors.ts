/**
 * The vectors of rooms. Run as a program it writes them to `tests/data/protocol-2/`; a test compares what
 * is there with what comes out here, and with what the machines make of it.
 *
 * @module
 */

import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { encodeMessage, type Message } from "../../src/protocol/v2/messages.ts";
import { directRoomName } from "../../src/protocol/v2/room_name.ts";
import { RoomLog } from "../../src/protocol/v2/room_log.ts";
import { HandRoom, LOG, ROOM } from "./hand_room.ts";
import { NOW_MS } from "./identities2.ts";
import { roomIdentity, roomJudge } from "./room_keys.ts";
import { Seeded } from "./seeded.ts";

import { ALICE, BOB, type Draft, type Scene } from "./room_case_draft.ts";
import { CLIENT_CASES } from "./room_client_cases.ts";
import { SERVER_CASES } from "./room_server_cases.ts";

/** Where vectors are. */
export const VECTORS_URL = new URL("../data/protocol-2/", import.meta.url);

const decoder = new TextDecoder();

/** Messages for one side; all but the last are right. */
export interface RoomCase {
  readonly name: string;
  /** Of PROTOCOL-2. */
  readonly section: string;
  /** Objects as on the wire. */
  readonly messages: readonly string[];
  /** "OK", or the code that the last message ends with. */
  readonly expect: string;
  /** The root of the receiver's tree after it, where it is OK. */
  readonly root?: string;
}

/** A log of the product with fixed bytes for chance: its first 16 are the log's name. */
export async function fixedLog(server: OwnIdentity): ReturnType<typeof RoomLog.open> {
  const random = new Seeded(7).bytes;
  let isFirst = true;
  return await RoomLog.open({
    ...{ room: ROOM, own: server, judge: roomJudge(), newcomersSee: 9, nowMs: NOW_MS },
    random: (length) => {
      const bytes = isFirst ? Uint8Array.fromHex(LOG) : random(length);
      isFirst = false;
      return bytes;
    },
  });
}

async function scene(): Promise<Scene & { readonly start: readonly Message[] }> {
  const [server, alice, bob] = [
    await roomIdentity("server"),
    await roomIdentity("alice"),
    await roomIdentity("bob"),
  ];
  const { entry } = await fixedLog(server);
  const room = new HandRoom(server, roomJudge(), new Seeded(8).bytes);
  room.append(entry.message);
  const joined = await room.joined(BOB);
  return { room, alice, bob, start: [joined, entry.message, { type: "peer", chain: alice.chain }] };
}

function textOf(message: Message): string {
  return decoder.decode(encodeMessage(message));
}

async function caseOf([name, section, expect, make]: Draft, isClient: boolean): Promise<RoomCase> {
  const { start, ...stage } = await scene();
  const { room } = stage;
  const made = await make(stage);
  const messages = [...(isClient ? start : []), ...made].map(textOf);
  const whole = { name, section, messages, expect };
  return expect === "OK" ? { ...whole, root: room.tree.rootAt(room.tree.size).toHex() } : whole;
}

/** Every file's text by its name. */
export async function roomVectorFiles(): Promise<ReadonlyMap<string, string>> {
  const client = await Promise.all(CLIENT_CASES.map((draft) => caseOf(draft, true)));
  const server = await Promise.all(SERVER_CASES.map((draft) => caseOf(draft, false)));
  const { start: [, open], alice, bob } = await scene();
  const common = { room: ROOM, log: LOG, nowMs: NOW_MS };
  const direct = directRoomName(alice.fingerprint, bob.fingerprint);
  const others: readonly Message[] = [
    { type: "join", room: ROOM, want: 9 },
    { type: "leave", room: ROOM },
    { type: "invite", by: alice.fingerprint, room: direct },
  ];
  const files = {
    "rooms-client.json": {
      comment:
        "What Bob's client is sent. He asked for 9 entries, and said nothing. Keys: rooms-keys.json.",
      ...{ ...common, session: BOB, want: 9, others: others.map(textOf), cases: client },
    },
    "rooms-server.json": {
      comment:
        "What Alice's client sends to a server whose log has entry 0 alone, which she was sent.",
      ...{ ...common, session: ALICE, want: 9, opening: open && textOf(open), cases: server },
    },
  };
  return new Map(
    Object.entries(files).map(([name, file]) => [name, `${JSON.stringify(file, null, 1)}\n`]),
  );
}

if (import.meta.main) {
  for (const [name, text] of await roomVectorFiles()) {
    Deno.writeTextFileSync(new URL(name, VECTORS_URL), text);
  }
}
