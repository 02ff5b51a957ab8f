import assert from "node:assert/strict";
import { KeptRoom } from "../../src/chat/kept_room.ts";
import type { RoomStay } from "../../src/chat/room_stay.ts";
import { ChatError } from "../../src/errors.ts";

/** A stay on a disk that has room or not, and what was said in it. */
function stayOn(disk: { isFull: boolean }): { readonly stay: RoomStay; readonly said: string[] } {
  const said: string[] = [];
  const say = (text: string) => {
    if (disk.isFull) throw new ChatError("FILE", "cannot say this: the disk is full");
    said.push(text);
  };
  const joinedHead = { from: 0, size: 0 };
  const common = { log: "10".repeat(16), path: "", isOpen: true, unseen: [], waitingTexts: 0 };
  return { stay: { ...common, joinedHead, say } as unknown as RoomStay, said };
}

function roomWithWords(): KeptRoom {
  const kept = new KeptRoom("main", 0);
  kept.say({ id: 1, text: "one" });
  kept.say({ id: 2, text: "two" });
  return kept;
}

Deno.test("KeptRoom keeps words that a full disk does not take, and says them when it has room", () => {
  const kept = roomWithWords();
  const disk = { isFull: true };
  const { stay, said } = stayOn(disk);
  kept.entered(stay);
  kept.settle();
  assert.deepEqual(said, []);
  assert.equal(kept.state.waiting, 2);
  disk.isFull = false;
  kept.sayQueued();
  assert.deepEqual(said, ["one", "two"]);
  assert.equal(kept.state.waiting, 0);
});

Deno.test("KeptRoom tells of words that a full disk never took as not sent", () => {
  const kept = roomWithWords();
  kept.entered(stayOn({ isFull: true }).stay);
  kept.settle();
  kept.lost("a session");
  assert.deepEqual(kept.end(), {
    unsent: [{ id: 1, text: "one" }, { id: 2, text: "two" }],
    unknown: [],
  });
});
