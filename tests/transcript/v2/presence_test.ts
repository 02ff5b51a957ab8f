import assert from "node:assert/strict";
import { Presence, type Viewers } from "../../../src/transcript/v2/presence.ts";
import { verifyRoom } from "../../../src/transcript/v2/verify.ts";
import { fileOf, RoomFiles } from "../../testkit/room_files.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";
import {
  transcriptIdentity,
  transcriptRoot,
  TRANSCRIPTS_URL,
} from "../../testkit/transcript_keys.ts";

/** The same by a file of the vectors. */
async function viewers(file: string, index: number) {
  return await viewersIn(await Deno.readFile(new URL(`${file}.jsonl`, TRANSCRIPTS_URL)), index);
}

/** Who could see an entry: names with where they came and went. */
async function viewersIn(bytes: Uint8Array, index: number) {
  const presence = new Presence();
  const { report } = await verifyRoom(bytes, {
    anchors: [transcriptRoot()],
    onEntry: (entry) => presence.take(entry),
  });
  const found = presence.viewersOf(index, report);
  const told = (stays: Viewers["present"]) =>
    stays.map(({ name, from, until }) => `${name ?? "?"} ${from ?? "before"} ${until ?? "on"}`);
  return found && {
    present: told(found.present),
    later: told(found.later),
    untold: told(found.untold),
  };
}

// open 0, alice joins 1, "one" 2, bob joins 3, "two" 4, "three" 5, bob leaves 6, alice leaves 7

Deno.test("Presence tells of a server's file who was there, and who was sent it later", async () => {
  const untold: string[] = [];
  assert.deepEqual(await viewers("good_server", 0), {
    present: [],
    later: ["alice 1 7"],
    untold,
  });
  assert.deepEqual(await viewers("good_server", 2), {
    present: ["alice 1 7"],
    later: ["bob 3 6"],
    untold,
  });
  assert.deepEqual(await viewers("good_server", 4), {
    present: ["alice 1 7", "bob 3 6"],
    later: [],
    untold,
  });
});

Deno.test("Presence does not count who has left, and knows who came before the file", async () => {
  const after = await viewers("good_server", 6);
  assert.deepEqual(after?.present, ["alice 1 7"]);
  const own = await viewers("good_bob", 4);
  assert.deepEqual(own?.present, ["alice before on", "bob 3 on"]);
});

Deno.test("Presence says of a member's file what it cannot tell", async () => {
  assert.deepEqual(await viewers("good_alice", 2), {
    present: ["alice 1 on"],
    later: [],
    untold: ["bob 3 6"],
  });
});

Deno.test("Presence has nothing to say of an entry that the file does not have", async () => {
  assert.equal(await viewers("good_server", 8), undefined);
  assert.equal(await viewers("good_bob", 0), undefined);
});

Deno.test("Presence does not take what somebody was sent at first for what they were sent later", async () => {
  const [server, alice] = [await transcriptIdentity("server"), await transcriptIdentity("alice")];
  const random = new SeededRandom("again");
  const files = await RoomFiles.open({ server, random: (length) => random.bytes(length) });
  await files.leave(await files.join(alice, "a1".repeat(16))); // 1 and 2, sent from entry 0
  await files.state("notice", "nobody is here"); // 3
  await files.leave(await files.join(alice, "a2".repeat(16), 0)); // 4 and 5, sent from entry 5
  await files.close();
  const found = await viewersIn(fileOf(files.server), 3);
  assert.deepEqual(found, { present: [], later: [], untold: ["alice 4 5"] });
});
