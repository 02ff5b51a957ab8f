import assert from "node:assert/strict";
import { spkiOf } from "../../../src/chat/operator/person.ts";
import { identity2, leaf2, renewed2 } from "../../testkit/identities2.ts";
import { startOperatedWorld, statementsOf, verdictOf } from "../../testkit/operated_world.ts";
import { type RoomTestClient, STARTED_MS } from "../../testkit/room_server_world.ts";
import { inTempFolder } from "../../testkit/temp_folder.ts";

const DAY_MS = 86_400_000;

async function fingerprintOf(name: string): Promise<string> {
  return (await leaf2(name, "client", { nowMs: STARTED_MS })).certificate.fingerprint;
}

/** What came of joining: "in", or the code that ended it. */
function fate(client: RoomTestClient): string {
  return client.endCode ?? "in";
}

Deno.test("kick ends a member with REMOVED; the room's log has the reason and the removal, and is VALID", async () => {
  await using operated = await startOperatedWorld({ rooms: ["main", "attic"] });
  const { world } = operated;
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.client.say("spam");
  await alice.until(() => alice.heard.includes("bob: spam"));
  const answer = await operated.type("kick BOB this is not the place");
  const fingerprint = await fingerprintOf("bob");
  assert.deepEqual(answer, { act: "kick", name: "bob", fingerprint, sessions: 1 });
  await bob.running;
  assert.equal(bob.endCode, "REMOVED");
  const reason = `the operator removes bob (${fingerprint.slice(0, 16)}): this is not the place`;
  assert.ok(bob.heard.includes(`server: ${reason}`), "bob is told why");
  assert.equal(alice.endCode, undefined);
  await alice.until(() => alice.heard.includes(`server: ${reason}`));
  await alice.client.leave();
  const again = await world.join("bob");
  assert.equal(fate(again), "in");
  await again.client.leave();
  await world.server.stop();
  const [main = ""] = world.transcripts("server").filter((path) => path.includes("main"));
  const said = await statementsOf(main);
  const at = said.indexOf(`notice: ${reason}`);
  assert.equal(said[at + 1], `remove: ${fingerprint}`);
  for (const path of [...world.transcripts("server"), ...world.transcripts("client")]) {
    assert.equal(await verdictOf(path), "VALID", path);
  }
});

Deno.test("kick without a reason leaves the removal alone in the log", async () => {
  await using operated = await startOperatedWorld();
  const { world } = operated;
  const bob = await world.join("bob");
  await operated.type("kick bob");
  await bob.running;
  await world.server.stop();
  const [main = ""] = world.transcripts("server");
  const said = await statementsOf(main);
  assert.deepEqual(said.map((line) => line.replace(/:.*/, "")), ["open", "join", "remove"]);
});

Deno.test("kick ends who has not signed in yet", async () => {
  await using operated = await startOperatedWorld({ signIn: "password" });
  const bob = await operated.world.dial("bob");
  await bob.untilKind("sign_in_wanted");
  await operated.type("kick bob go away");
  await bob.running;
  assert.equal(bob.endCode, "REMOVED");
});

Deno.test("a name that two certificates have means nobody; fingerprints are listed, and mean one", async () => {
  await using operated = await startOperatedWorld();
  const { world } = operated;
  const first = await identity2("alice", "client", { nowMs: STARTED_MS });
  const second = await identity2("alice", "client", { nowMs: STARTED_MS, days: 30 });
  const one = await world.join("alice", { own: first });
  const other = await world.join("alice", { own: second });
  for (const line of ["kick alice", "ban Alice 1h", "mute ALICE 1h"]) {
    await assert.rejects(operated.type(line), (error) => {
      const { code, hint = "" } = error as { readonly code?: string; readonly hint?: string };
      return code === "ACCOUNT" && hint.includes(first.fingerprint) &&
        hint.includes(second.fingerprint);
    });
  }
  assert.deepEqual([fate(one), fate(other)], ["in", "in"]);
  await operated.type(`kick ${second.fingerprint.slice(0, 8)}`);
  await other.running;
  assert.deepEqual([fate(one), fate(other)], ["in", "REMOVED"]);
});

Deno.test("nobody of that name, a short fingerprint, a wrong duration, a room that is not there: each refused", async () => {
  await using operated = await startOperatedWorld();
  const fingerprint = await fingerprintOf("alice");
  const alice = await operated.world.join("alice");
  const refused: readonly (readonly [string, string])[] = [
    ["kick nobody", "ACCOUNT"],
    [`kick ${fingerprint.slice(0, 7)}`, "ACCOUNT"],
    ["ban nobody 1h", "ACCOUNT"],
    ["ban alice 1w", "USAGE"],
    ["ban alice 9999d", "USAGE"],
    ["unban alice", "ACCOUNT"],
    ["mute alice 1h cellar", "ROOM"],
    ["unmute alice", "ACCOUNT"],
  ];
  for (const [line, code] of refused) await assert.rejects(operated.type(line), { code }, line);
  assert.equal(fate(alice), "in");
});

Deno.test("a ban outlives the server, and a renewal of the certificate for the same key", async () => {
  await inTempFolder(async (folder) => {
    const bookPath = `${folder}/book.json`;
    const own = await identity2("alice", "client", { nowMs: STARTED_MS });
    {
      await using operated = await startOperatedWorld({ bookPath });
      const alice = await operated.world.join("alice", { own });
      await operated.type("ban alice 7d flooding");
      await alice.running;
      assert.equal(fate(alice), "REMOVED");
    }
    assert.equal(((await Deno.stat(bookPath)).mode ?? 0) & 0o777, 0o600);
    let nowMs = Date.now();
    await using operated = await startOperatedWorld({ bookPath, now: () => nowMs });
    const { world } = operated;
    const renewed = await renewed2("alice", "client", { nowMs: STARTED_MS });
    assert.notEqual(renewed.fingerprint, own.fingerprint);
    assert.equal(fate(await world.join("alice", { own })), "REMOVED");
    assert.equal(fate(await world.join("alice", { own: renewed })), "REMOVED");
    assert.equal(fate(await world.join("bob")), "in");
    nowMs += 8 * DAY_MS;
    assert.equal(fate(await world.join("alice", { own: renewed })), "in");
  });
});

Deno.test("unban, and a ban of somebody who is not here by the fingerprint of the key", async () => {
  await using operated = await startOperatedWorld();
  const own = await identity2("alice", "client", { nowMs: STARTED_MS });
  const key = spkiOf(own.leaf) ?? "";
  await operated.type(`ban ${key} forever`);
  const banned = await operated.world.join("alice");
  assert.equal(fate(banned), "REMOVED");
  const ended = banned.events.find((event) => event.kind === "ended");
  assert.match(ended?.error?.message ?? "", /says "the operator has banned you for ever"/);
  const renewed = await renewed2("alice", "client", { nowMs: STARTED_MS });
  assert.equal(fate(await operated.world.join("alice", { own: renewed })), "REMOVED");
  await operated.type(`unban ${key.slice(0, 12)}`);
  assert.equal(fate(await operated.world.join("alice")), "in");
  assert.deepEqual(operated.book.bans, []);
});

Deno.test("a muted member's words wait at the client, who is told; they come after unmute, once", async () => {
  await using operated = await startOperatedWorld({ rooms: ["main", "attic"] });
  const { world } = operated;
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const inAttic = await world.join("bob", { room: "attic" });
  await operated.type("mute bob 1h main");
  for (const word of ["one", "two"]) bob.client.say(word);
  inAttic.client.say("in the attic");
  await inAttic.until(() => inAttic.heard.includes("me: in the attic"));
  await bob.untilKind("refused");
  const told = bob.events.flatMap((event) => event.kind === "refused" ? [event.error.message] : []);
  assert.match(told.join(), /the operator has muted you until 20..-..-..T/);
  alice.client.say("quiet here");
  await alice.until(() => alice.heard.includes("me: quiet here"));
  assert.ok(!alice.heard.includes("bob: one"));
  await operated.type("unmute bob main");
  await alice.until(() => alice.heard.includes("bob: two"));
  assert.deepEqual(alice.heard.filter((line) => line.startsWith("bob: ")), [
    "bob: one",
    "bob: two",
  ]);
  const notices = alice.heard.filter((line) => line.startsWith("server: "))
    .map((line) => line.replace(/\(.*?\)/, "(…)").replace(/20\S+/, "…"));
  assert.deepEqual(notices, [
    "server: the operator mutes bob (…) until …",
    "server: the operator no longer mutes bob (…)",
  ]);
  assert.equal(bob.endCode, undefined);
});

Deno.test("the message of the day is in what each newcomer is shown, and is said once to many", async () => {
  await using operated = await startOperatedWorld();
  const { world } = operated;
  const alice = await world.join("alice");
  await operated.type("motd be kind");
  await alice.until(() => alice.heard.includes("server: be kind"));
  const bob = await world.join("bob"); // who asks for none of the past
  await bob.until(() => bob.heard.includes("server: be kind"));
  const carol = await world.join("carol", { want: 50 });
  await carol.until(() => carol.heard.includes("server: be kind"));
  assert.equal(alice.heard.filter((line) => line === "server: be kind").length, 2);
  await operated.type("motd off");
  const dave = await world.join("dave");
  dave.client.say("hello");
  await dave.until(() => dave.heard.includes("me: hello"));
  assert.ok(!dave.heard.includes("server: be kind"));
});

Deno.test("who, rooms, stats and say tell of rooms, people and figures", async () => {
  await using operated = await startOperatedWorld({ rooms: ["main", "attic"] });
  const { world } = operated;
  const alice = await world.join("alice");
  const bob = await world.join("bob", { room: "attic" });
  assert.deepEqual(await operated.type("say main hear, hear"), {
    ...{ act: "say", room: "main", receivers: 1 },
  });
  await alice.until(() => alice.heard.includes("server: hear, hear"));
  assert.deepEqual(bob.heard, []);
  const who = await operated.type("who");
  assert.ok(who.act === "who");
  assert.deepEqual(who.members.map(({ name, rooms }) => [name, ...rooms]), [
    ["alice", "main"],
    ["bob", "attic"],
  ]);
  const rooms = await operated.type("rooms");
  assert.ok(rooms.act === "rooms");
  assert.deepEqual(
    rooms.rooms.map(({ room, people, entries }) => ({ room, people, entries })),
    [{ room: "main", people: 1, entries: 3 }, { room: "attic", people: 1, entries: 2 }],
  );
  assert.ok(
    rooms.rooms.every(({ transcript }) => world.transcripts("server").includes(transcript)),
  );
  alice.client.say("hello");
  await alice.until(() => alice.heard.includes("me: hello"));
  await operated.type("kick bob");
  const stats = await operated.type("stats");
  assert.ok(stats.act === "stats");
  const { connections, statements, sessions, refusals } = stats;
  assert.deepEqual({ connections, statements, sessions, refusals }, {
    ...{ connections: 2, statements: 1, sessions: 1, refusals: { REMOVED: 1 } },
  });
  assert.ok(stats.deliveries >= 2 && stats.memoryBytes > 1_000_000);
});
