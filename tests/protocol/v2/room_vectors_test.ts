/** The machines of a room give the codes of the vectors, and the vectors are those of their generator. */

import assert from "node:assert/strict";
import { ChatError } from "../../../src/errors.ts";
import { Authors } from "../../../src/protocol/v2/authors.ts";
import { ClientRoom } from "../../../src/protocol/v2/client_room.ts";
import { type Message, type MessageType, parseMessage } from "../../../src/protocol/v2/messages.ts";
import { NOW_MS } from "../../testkit/identities2.ts";
import {
  fixedLog,
  type RoomCase,
  roomVectorFiles,
  VECTORS_URL,
} from "../../testkit/protocol2_room_vectors.ts";
import { ALICE, BOB } from "../../testkit/room_case_draft.ts";
import { roomIdentity, roomJudge } from "../../testkit/room_keys.ts";

const TYPES: readonly MessageType[] = ["joined", "peer", "entry", "head", "refused", "msg"];
const encoder = new TextEncoder();

interface VectorFile {
  readonly room: string;
  readonly cases: readonly RoomCase[];
}

function read(name: string): VectorFile {
  return JSON.parse(Deno.readTextFileSync(new URL(name, VECTORS_URL))) as VectorFile;
}

/** Gives all messages; the code is that of the last one. */
async function play(
  texts: readonly string[],
  take: (message: Message) => Promise<unknown>,
): Promise<string> {
  for (const [index, text] of texts.entries()) {
    try {
      await take(parseMessage(encoder.encode(text), TYPES));
    } catch (error) {
      assert.ok(error instanceof ChatError, String(error));
      assert.equal(index, texts.length - 1, `message ${index}: ${error.message}`);
      return error.code;
    }
  }
  return "OK";
}

Deno.test("the vectors of rooms are what their generator makes", async () => {
  for (const [name, text] of await roomVectorFiles()) {
    assert.equal(await Deno.readTextFile(new URL(name, VECTORS_URL)), text, name);
  }
});

Deno.test("a client ends each vector of rooms with its code", async () => {
  const { room, cases } = read("rooms-client.json");
  assert.ok(cases.length >= 27);
  const [server, own] = [await roomIdentity("server"), await roomIdentity("bob")];
  for (const { name, messages, expect, root } of cases) {
    const authors = new Authors({ server, judge: roomJudge() });
    const options = { room, want: 9, session: BOB, own, authors, nowMs: NOW_MS };
    let client: ClientRoom | undefined;
    const code = await play(messages, async (message) => {
      if (message.type === "joined") {
        const random = (length: number) => new Uint8Array(length);
        client = ClientRoom.joined(message, { ...options, random });
      }
      if (message.type === "peer") await authors.take(message.chain, NOW_MS);
      if (message.type === "entry") await client?.takeEntry(message, NOW_MS);
      if (message.type === "head") await client?.takeHead(message, NOW_MS);
      if (message.type === "refused") client?.takeRefused(message, NOW_MS);
    });
    assert.equal(code, expect, name);
    if (root !== undefined) assert.equal(client?.root, root, name);
  }
});

Deno.test("a server ends each vector of rooms with its code", async () => {
  const { cases } = read("rooms-server.json");
  assert.ok(cases.length >= 15);
  const [server, peer] = [await roomIdentity("server"), await roomIdentity("alice")];
  for (const { name, messages, expect, root } of cases) {
    const { log } = await fixedLog(server);
    const { member } = await log.join({ session: ALICE, peer, want: 9, nowMs: NOW_MS });
    log.deliver(member, { nowMs: NOW_MS });
    const code = await play(messages, async (message) => {
      if (message.type === "msg") await log.accept(member, message, { nowMs: NOW_MS });
      if (message.type === "head") log.takeHead(member, message, NOW_MS);
    });
    assert.equal(code, expect, name);
    if (root === undefined) continue;
    const { message: { peaks } } = await log.join({ session: BOB, peer, want: 0, nowMs: NOW_MS });
    const sizes: Readonly<Record<number, number>> = { 1: 1, 3: 2 };
    assert.equal(peaks.length, sizes[log.size], name);
    if (peaks.length === 1) assert.equal(peaks[0], root, name);
  }
});
