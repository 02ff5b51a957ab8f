/** What a room's files hold, by the rules of PROTOCOL-2 §8: a verifier needs every one of these lines. */

import assert from "node:assert/strict";
import { parseHead } from "../../src/protocol/v2/head.ts";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { RoomStay } from "../../src/chat/room_stay.ts";
import type { SecureLink } from "../../src/chat/secure_link.ts";
import { randomBytes } from "../../src/crypto/entropy.ts";
import { asChatError } from "../../src/errors.ts";
import { Authors } from "../../src/protocol/v2/authors.ts";
import { chainJudge } from "../../src/protocol/v2/chain_judge.ts";
import { encodeMessage } from "../../src/protocol/v2/messages.ts";
import { HandRoom, LOG, ROOM, sessionName } from "../testkit/hand_room.ts";
import { identity2, NOW_MS, SERVER2_NAME, trust2 } from "../testkit/identities2.ts";
import { startRoomWorld } from "../testkit/room_server_world.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

interface FileLine {
  readonly type: string;
  readonly chain: readonly string[];
  readonly server: readonly string[];
  readonly head: string;
  readonly stmt: string;
}

async function linesOf(path = ""): Promise<readonly FileLine[]> {
  return (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Who must be known for a line; nothing for those that nobody signed. */
function signerOf({ type, head, stmt }: FileLine): string | undefined {
  if (type === "head") return parseHead(Uint8Array.fromBase64(head)).by;
  return type === "entry" ? parseStatement(Uint8Array.fromBase64(stmt)).author : undefined;
}

function fingerprintOf([leaf = ""]: readonly string[] = []): string {
  return sha256(Uint8Array.fromBase64(leaf)).toHex();
}

/** Signers of lines that stand before their own `peer`, and leaves that have two. */
function peerFaults(lines: readonly FileLine[], server: string): readonly string[] {
  const known = new Set([server]);
  return lines.slice(1).flatMap((line, index) => {
    if (line.type === "peer") {
      const fingerprint = fingerprintOf(line.chain);
      if (known.has(fingerprint)) return [`line ${index + 2} is a second peer`];
      known.add(fingerprint);
    }
    const signer = signerOf(line);
    return signer === undefined || known.has(signer) ? [] : [`line ${index + 2}: ${signer}`];
  });
}

Deno.test("files of a room have every head, one peer for each signer before its first line, and an end", async () => {
  await using world = await startRoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob", { want: 50 })];
  alice.client.say("hello");
  await bob.until(() => bob.heard.includes("alice: hello"));
  await bob.client.leave(); // who never said a word signs a head all the same
  await alice.client.leave();
  await world.server.stop();
  const [server = ""] = world.transcripts("server");
  for (const path of [server, ...world.transcripts("client")]) {
    const lines = await linesOf(path);
    const server = fingerprintOf(lines[0]?.server);
    assert.deepEqual(peerFaults(lines, server), [], path);
    assert.deepEqual([lines[0]?.type, lines.at(-1)?.type], ["transcript", "end"]);
  }
  const heads = (await linesOf(server)).filter(({ type }) => type === "head")
    .map(({ head }) => parseHead(Uint8Array.fromBase64(head)));
  const log = heads[0]?.log;
  const ofSessions = heads.filter(({ session }) => session !== log);
  // of each session: joined's head, the server's final one, the client's
  assert.deepEqual(ofSessions.map(({ final }) => final).sort(), [
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
  const last = heads.at(-1);
  assert.deepEqual([last?.session, last?.final, last?.size], [log, true, 6]);
});

Deno.test("a client's file keeps what failed, as it came", async () => {
  await inTempFolder(async (transcriptDir) => {
    const [own, server, trust] = [
      await identity2("alice", "client"),
      await identity2(SERVER2_NAME, "server"),
      await trust2(),
    ];
    const judge = chainJudge(() => trust);
    const room = await HandRoom.open(server, judge);
    const session = sessionName(7);
    const stay = await RoomStay.begin(await room.joined(session, { from: 1 }), {
      ...{ link: { send: () => undefined } as unknown as SecureLink, own, server, session },
      ...{ room: ROOM, want: 0, authors: new Authors({ server, judge }), transcriptDir },
      ...{ random: randomBytes, now: () => NOW_MS },
      ...{ onEvent: () => Promise.resolve(), onFailure: () => undefined },
    });
    const late = await room.sign(server, LOG, { kind: "notice", ts: NOW_MS - 3_600_000 });
    const message = { type: "entry", ...late } as const;
    const lie = encodeMessage(message);
    const error = await stay.take([{ object: lie, message }]).catch(asChatError);
    assert.equal(error?.code, "STALE");
    await stay.end(error ?? undefined);
    const { path } = stay;
    assert.deepEqual((await linesOf(path)).map(({ type }) => type), ["transcript", "head", "end"]);
    assert.deepEqual((await linesOf(path)).at(-1), {
      ...{ code: "STALE", record: lie.toBase64(), type: "end" },
    } as never);
  });
});
