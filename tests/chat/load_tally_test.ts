import assert from "node:assert/strict";
import { LatencyHistogram } from "../../src/chat/latency_histogram.ts";
import { LoadTally } from "../../src/chat/load_tally.ts";
import type { RoomEvent } from "../../src/protocol/v2/room_event.ts";

const MEMBERS = [0, 1];

function newTally(): { readonly tally: LoadTally; readonly times: LatencyHistogram } {
  const times = new LatencyHistogram();
  const tally = new LoadTally("t", { times, tick: () => 1_010 });
  for (const member of MEMBERS) assert.equal(tally.join(), member);
  return { tally, times };
}

function said(text: string, index: number, fingerprint = "alice"): RoomEvent {
  return {
    kind: "said",
    index,
    author: fingerprint,
    fingerprint,
    text,
    ts: 0,
    isOwn: false,
    session: "",
    seq: 1,
  };
}

function nobodyFailed(): boolean {
  return false;
}

Deno.test("LoadTally counts what all got once and in order as no fault, however authors were mixed", () => {
  const { tally, times } = newTally();
  const [first, second] = [tally.say("alice", 1_000), tally.say("bob", 1_005)];
  for (const member of MEMBERS) {
    tally.got(member, said(second, 4, "bob"));
    tally.got(member, said("bench other 0 1000.000", 5));
    tally.got(member, said(first, 6));
  }
  assert.deepEqual([tally.sent, tally.delivered], [2, 4]);
  assert.equal(tally.isComplete(MEMBERS), true);
  const none = { lost: 0, duplicated: 0, outOfOrder: 0 };
  assert.deepEqual(tally.faults(MEMBERS, nobodyFailed), none);
  assert.equal(times.count, 4);
  assert.equal(times.longestMs, 10);
});

Deno.test("LoadTally finds what was lost, but not at a member who failed, nor what its author did not say", () => {
  const { tally } = newTally();
  const text = tally.say("alice", 1_000);
  tally.say("bob", 1_000);
  tally.got(0, said(text, 4));
  assert.equal(tally.isComplete([0]), false);
  assert.equal(tally.faults(MEMBERS, nobodyFailed).lost, 3);
  assert.equal(tally.faults([0], nobodyFailed).lost, 1);
  assert.equal(tally.faults([0], (author) => author === "bob").lost, 0);
});

Deno.test("LoadTally finds what came twice, and counts it once", () => {
  const { tally } = newTally();
  const text = tally.say("alice", 1_000);
  for (const member of [0, 0, 1]) tally.got(member, said(text, 4 + member));
  assert.equal(tally.faults(MEMBERS, nobodyFailed).duplicated, 1);
  assert.equal(tally.delivered, 2);
});

Deno.test("LoadTally finds what stands at another place, before its author's last, or under another name", () => {
  const { tally } = newTally();
  const [first, second] = [tally.say("alice", 1_000), tally.say("alice", 1_000)];
  const third = tally.say("alice", 1_000);
  tally.got(0, said(second, 4));
  tally.got(1, said(second, 5));
  assert.equal(tally.faults(MEMBERS, nobodyFailed).outOfOrder, 1);
  tally.got(0, said(first, 6));
  assert.equal(tally.faults(MEMBERS, nobodyFailed).outOfOrder, 2);
  tally.got(0, said(third, 7, "mallory"));
  assert.equal(tally.faults(MEMBERS, nobodyFailed).outOfOrder, 3);
});

Deno.test("LatencyHistogram tells a percentile to two per cent, from microseconds to a day", () => {
  for (const ms of [0, 0.004, 0.1, 1, 17.3, 250, 5_000, 86_400_000]) {
    const times = new LatencyHistogram();
    times.add(ms);
    times.add(ms * 3);
    const median = times.percentile(50);
    assert.ok(median >= ms * 0.999 && median <= ms * 1.02 + 0.001, `${ms}: ${median}`);
  }
  assert.equal(new LatencyHistogram().percentile(99), 0);
});
