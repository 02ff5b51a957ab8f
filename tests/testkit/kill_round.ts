/**
 * One round of a campaign: a server and three clients under load, one of which is killed at a moment
 * that a seed decides; then what everybody saw is compared with what the files hold.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Certificate } from "../../src/pki/certificate.ts";
import { compareLogs, type LogPart } from "../../src/transcript/v2/compare.ts";
import type { RoomEntry, RoomReport, SignedRootAt } from "../../src/transcript/v2/room_report.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import type { ProgramFolder, RunningProgram } from "./program.ts";
import type { SeededRandom } from "./seeded_random.ts";
import { wait } from "./wait.ts";

/** Those who talk. */
export const TALKERS = ["alice", "bob", "carol"] as const;

const LINES = 150;
const KILL_WITHIN_MS = 1_500;
const GOES_ON_MS = 200;

/** A server's head is due 2 s after an entry (PROTOCOL-2 §7); a loaded machine may be late. */
const TAIL_MAX_MS = 2_000 + 3_000;

/** What a round did and found. */
export interface KillRound {
  readonly victim: string;
  readonly acknowledged: number;
  readonly files: Readonly<Record<string, number>>;
  /** How much of the server's log no head is over, ms. */
  readonly tailMs: number;
}

interface Seen {
  readonly name: string;
  readonly own: readonly string[];
  readonly all: readonly string[];
}

interface ReadFile {
  readonly isServers: boolean;
  readonly owner: string;
  readonly report: RoomReport;
  readonly texts: readonly string[];
  readonly entries: readonly RoomEntry[];
  readonly part: LogPart;
}

/**
 * Plays a round.
 *
 * @param folder With certificates of the server and of {@link TALKERS}.
 * @param options The CA, whose turn it is, and chance.
 * @returns What happened; throws where anything was lost or does not verify.
 */
export async function killRound(
  folder: ProgramFolder,
  { ca, number, random }: {
    readonly ca: Certificate;
    readonly number: number;
    readonly random: SeededRandom;
  },
): Promise<KillRound> {
  const dir = `t${number}`;
  const common = ["--transcripts", dir, "--logs", `l${number}`];
  const server = folder.start(["serve", "--port", "0", "--protocol", "2", ...common, ...SIGN_IN]);
  await server.closeInput();
  const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
  const clients = TALKERS.map((name) => ({
    name,
    program: join(folder, { name, address, common }),
  }));
  const isEarly = random.below(5) === 0;
  if (!isEarly) {
    for (const { program } of clients) await program.until("stdout", /"phase":5/);
    for (const { name, program } of clients) void talk(program, name);
  }
  await wait(random.below(KILL_WITHIN_MS));
  const victims = [server, server, ...clients.map(({ program }) => program)];
  const victim = random.pick(victims);
  victim.kill("SIGKILL");
  if (victim !== server) await wait(GOES_ON_MS);
  for (const { program } of clients) await program.closeInput();
  for (const { program } of clients) await folder.finish(program);
  if (victim !== server) server.kill("SIGTERM");
  await folder.finish(server);
  const seen = clients.map(({ name, program }) => seenBy(name, program.stdout));
  const files = await readFiles(`${folder.path}/${dir}`, ca);
  check(seen, files);
  const counts: Record<string, number> = {};
  for (const { report: { verdict } } of files) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return {
    victim: victim === server ? "server" : isEarly ? "client, joining" : "client",
    acknowledged: seen.reduce((sum, { own }) => sum + own.length, 0),
    files: counts,
    tailMs: tailOf(files),
  };
}

const SIGN_IN = ["--sign-in", "certificate"];

function join(
  folder: ProgramFolder,
  { name, address, common }: {
    readonly name: string;
    readonly address: string;
    readonly common: readonly string[];
  },
): RunningProgram {
  const identity = ["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`];
  return folder.start([
    ...["connect", address, "--json", "--server-name", "chat.test", ...identity, ...common],
  ]);
}

async function talk(program: RunningProgram, name: string): Promise<void> {
  for (let line = 0; line < LINES; line += 10) {
    const lines = Array.from({ length: 10 }, (_, index) => `${name} says ${line + index}\n`);
    await program.write(lines.join(""));
    await wait(40);
  }
}

/** What a client was shown; the last line of one that was killed may be cut off: it was not shown. */
function seenBy(name: string, stdout: string): Seen {
  const events = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const messages = events.filter(({ event }) => event === "message");
  return {
    name,
    own: messages.filter(({ own }) => own).map(({ text }) => text),
    all: messages.map(({ text }) => text),
  };
}

async function readFiles(dir: string, ca: Certificate): Promise<readonly ReadFile[]> {
  const files: ReadFile[] = [];
  for await (const { name } of Deno.readDir(dir)) {
    if (!name.endsWith(".jsonl")) continue;
    const bytes = await Deno.readFile(`${dir}/${name}`);
    if (bytes.indexOf(0x0a) < 0) continue; // killed while it was made: nobody was shown anything
    const entries: RoomEntry[] = [];
    const roots: SignedRootAt[] = [];
    const { report, tree } = await verifyRoom(bytes, {
      anchors: [ca],
      onEntry: (entry) => void entries.push(entry),
      onServerRoot: (root) => void roots.push(root),
    });
    assert.ok(tree !== undefined, `${name}: ${JSON.stringify(report.findings)}`);
    files.push({
      ...{ report, entries, part: { tree, roots }, isServers: report.role === "server" },
      owner: report.parties.find(({ isOwner }) => isOwner)?.name ?? "",
      texts: entries.filter(({ kind }) => kind === "say").map(({ text }) => text),
    });
  }
  return files;
}

function check(seen: readonly Seen[], files: readonly ReadFile[]): void {
  const [server, ...more] = files.filter(({ isServers }) => isServers);
  assert.ok(server !== undefined && more.length === 0, "one log of the server");
  const placed = new Map<string, number>();
  for (const text of server.texts) placed.set(text, (placed.get(text) ?? 0) + 1);
  for (const [text, count] of placed) {
    assert.equal(count, 1, `${text} is in the log ${count} times`);
  }
  for (const { name, all } of seen) {
    const own = files.find(({ owner, isServers }) => !isServers && owner === name);
    const kept = new Set(own?.texts);
    for (const text of all) {
      assert.ok(placed.has(text), `${name} saw "${text}", which the log does not have`);
      assert.ok(kept.has(text), `${name} saw "${text}", which the own file does not have`);
    }
    if (own !== undefined) {
      const { kind } = compareLogs(server.part, own.part);
      assert.ok(kind === "same" || kind === "apart", `the files of server and ${name}: ${kind}`);
    }
  }
}

/** From the first entry that no head is over to the last one. */
function tailOf(files: readonly ReadFile[]): number {
  const entries = files.find(({ isServers }) => isServers)?.entries ?? [];
  const [first] = entries.filter(({ isHeaded }) => !isHeaded);
  const tailMs = first === undefined ? 0 : (entries.at(-1)?.ts ?? 0) - first.ts;
  assert.ok(tailMs <= TAIL_MAX_MS, `no head is over the last ${tailMs} ms`);
  return tailMs;
}
