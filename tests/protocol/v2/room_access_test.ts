import assert from "node:assert/strict";
import { invitation, mayJoin } from "../../../src/protocol/v2/room_access.ts";
import { directRoomName } from "../../../src/protocol/v2/room_name.ts";

const [ALICE, BOB, CAROL] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];
const room = directRoomName(ALICE, BOB);

Deno.test("a room of the list is open to all, another to nobody, a direct room to its two", () => {
  const listed = new Set(["hall", room]);
  assert.equal(mayJoin({ room: "hall", fingerprint: CAROL }, listed), true);
  assert.equal(mayJoin({ room: "attic", fingerprint: CAROL }, listed), false);
  assert.equal(mayJoin({ room, fingerprint: ALICE }, new Set()), true);
  assert.equal(mayJoin({ room, fingerprint: BOB }, new Set()), true);
  assert.equal(mayJoin({ room, fingerprint: CAROL }, listed), false);
  assert.equal(mayJoin({ room: `dm:${BOB}:${ALICE}`, fingerprint: ALICE }, new Set()), false);
});

Deno.test("the other one of a direct room is invited, and nobody to others", () => {
  const message = { type: "invite", by: BOB, room };
  assert.deepEqual(invitation({ room, fingerprint: BOB }), { to: ALICE, message });
  assert.equal(invitation({ room: "hall", fingerprint: BOB }), undefined);
});
