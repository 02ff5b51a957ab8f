/**
 * How fast a room's file is verified, and how much memory that takes.
 *
 * @module
 */

import { randomBytes } from "../../src/crypto/entropy.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import { identity2, SERVER2_NAME, trust2 } from "../testkit/identities2.ts";
import { fileOf, RoomFiles } from "../testkit/room_files.ts";

/** Entries between two heads of the server. */
const HEAD_EVERY = 50;

/** A server's file with so many statements of one member, signed with Ed25519. */
async function longFile(entries: number): Promise<string> {
  const server = await identity2(SERVER2_NAME, "server");
  const files = await RoomFiles.open({ server, random: randomBytes });
  const alice = await files.join(await identity2("alice", "client"), "a1".repeat(16));
  alice.isPresent = false; // one file is enough
  for (let said = 1; said <= entries; said++) {
    await files.say(alice, `statement number ${said} of a long day`);
    if (said % HEAD_EVERY === 0) await files.head();
  }
  await files.leave(alice);
  await files.close();
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  await Deno.writeFile(path, fileOf(files.server));
  return path;
}

/**
 * Measures.
 *
 * @param entries How many statements.
 * @returns One line.
 */
export async function measureRoom(entries: number): Promise<string> {
  const path = await longFile(entries);
  try {
    const { anchors } = await trust2();
    const before = Deno.memoryUsage().rss;
    let peak = 0;
    const timer = setInterval(() => peak = Math.max(peak, Deno.memoryUsage().rss), 20);
    const startMs = performance.now();
    const { report } = await verifyRoom((await Deno.open(path)).readable, { anchors });
    const seconds = (performance.now() - startMs) / 1000;
    clearInterval(timer);
    if (report.verdict !== "VALID") throw new Error(JSON.stringify(report.findings));
    const rate = Math.round(report.size / seconds);
    const [size] = [(await Deno.stat(path)).size];
    return `${report.size} entries (${Math.round(size / 1e6)} MB) verified in ${
      seconds.toFixed(1)
    } s: ` +
      `${rate} entries/s; memory ${Math.round(before / 1e6)} MB before, ${
        Math.round(peak / 1e6)
      } MB at most`;
  } finally {
    await Deno.remove(path);
  }
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- a figure for people
  console.log(await measureRoom(Number(Deno.args[0] ?? 100_000)));
}
