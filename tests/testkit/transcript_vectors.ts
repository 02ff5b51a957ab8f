/**
 * The vectors of transcripts of protocol 2: good files, and files with one fault each, with verdict, line
 * and code. Run as a program it writes them; the same each time.
 *
 * @module
 */

import type { ErrorCode } from "../../src/errors.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import type { RoomVerdict } from "../../src/transcript/v2/room_report.ts";
import { type Edits, RoomFiles } from "./room_files.ts";
import { typeOf } from "./room_file_mutations.ts";
import { SeededRandom } from "./seeded_random.ts";
import { transcriptIdentity, TRANSCRIPTS_URL } from "./transcript_keys.ts";
import { vectorIndexText } from "./vector_index.ts";

/** A file, and what a verifier says of it. */
export interface TranscriptVector {
  readonly name: string;
  readonly verdict: RoomVerdict;
  /** Of an INVALID file. */
  readonly line?: number;
  readonly code?: ErrorCode;
  /** Whether the CA's list is given. */
  readonly crl?: boolean;
}

/** A vector with its file. */
export type MadeVector = TranscriptVector & { readonly text: string };

/** Which file of the talk. */
type Side = "server" | "alice" | "bob";

interface Cast {
  readonly server: OwnIdentity;
  readonly alice: OwnIdentity;
  readonly bob: OwnIdentity;
}

const MINUTE_MS = 60_000;

/**
 * Lines of the server's file: 1 header, 2 open, 3 join of alice, 4 peer of alice, 5 joined's head, 6 "one",
 * 7 head, 8 join of bob, 9 peer of bob, 10 joined's head, 11 "two" of bob, 12 "three" of alice, 13 head,
 * 14 final, 15 bob's, 16 leave, 17 final, 18 alice's, 19 leave, 20 closing head, 21 end.
 * Of alice's: 1 header, 2 joined's head, 3 open, 4 join, 5 peer of alice, 6 "one", 7 head, 8 join, 9 peer of
 * bob, 10 "two", 11 "three", 12 head, 13 leave of bob, 14 final, 15 hers, 16 end.
 */
async function talk(cast: Cast, edits: Edits = {}): Promise<Record<Side, readonly string[]>> {
  const random = new SeededRandom("transcripts");
  const { server, alice, bob } = cast;
  const files = await RoomFiles.open({ server, random: (n) => random.bytes(n), edits });
  const a = await files.join(alice, "a1".repeat(16));
  await files.say(a, "one");
  await files.head();
  const b = await files.join(bob, "b0".repeat(16), 2);
  await files.say(b, "two");
  await files.say(a, "three");
  await files.head();
  await files.leave(b);
  await files.leave(a);
  await files.close();
  return { server: files.server, alice: a.lines, bob: b.lines };
}

/** Indices in the log of "two" and "three", and numbers of heads. */
const [TWO, THREE] = [4, 5];
const [FIRST_HEAD, BOBS_FINAL] = [1, 5];

/** All vectors. */
export async function transcriptVectors(): Promise<readonly MadeVector[]> {
  const [server, alice, bob] = await Promise.all(
    ["server", "alice", "bob"].map(transcriptIdentity),
  );
  if (!server || !alice || !bob) throw new Error("nobody is there");
  const cast = { server, alice, bob };
  const honest = await talk(cast);
  const made: MadeVector[] = [];
  const add = (vector: TranscriptVector, lines: readonly string[], tail = "") =>
    made.push({ ...vector, text: lines.map((line) => `${line}\n`).join("") + tail });
  const bad = (name: string, at: string, lines: readonly string[]) => {
    const [line, code] = at.split(" ") as [string, ErrorCode];
    add({ name, verdict: "INVALID", line: Number(line), code }, lines);
  };

  for (const side of ["server", "alice", "bob"] as const) {
    add({ name: `good_${side}`, verdict: "VALID" }, honest[side]);
  }
  const { alice: own, server: log } = honest;
  const soFar = { verdict: "VALID SO FAR" } as const;
  add({ name: "so_far_client_before_final", ...soFar }, own.slice(0, 13));
  add({ name: "so_far_client_one_final", ...soFar }, own.slice(0, 14));
  add({ name: "so_far_no_end", ...soFar }, own.slice(0, 15));
  add({ name: "so_far_torn_line", ...soFar }, own.slice(0, 9), (own[9] ?? "").slice(0, 40));
  add({ name: "so_far_server_killed", ...soFar }, log.slice(0, 13));
  add({ name: "so_far_header_alone", ...soFar }, own.slice(0, 1));

  const cut = (lines: readonly string[], line: number) => lines.toSpliced(line - 1, 1);
  const changed = (line: number, change: (text: string) => string, lines = own) =>
    lines.with(line - 1, change(lines[line - 1] ?? ""));
  bad("empty_file", "1 FORMAT", []);
  bad("header_version", "1 VERSION", changed(1, (text) => text.replace(`:2}`, `:3}`)));
  bad("header_space", "1 FORMAT", changed(1, (text) => text.replace(`{"`, `{ "`)));
  bad(
    "header_peaks",
    "1 FORMAT",
    changed(1, (text) => text.replace(`"peaks":[]`, `"peaks":["${"0".repeat(64)}"]`)),
  );
  bad(
    "header_started",
    "2 STALE",
    changed(1, (text) => text.replace(/"started":\d+/, `"started":9`)),
  );
  bad(
    "header_session",
    "2 REPLAY",
    changed(1, (text) => text.replace("a1".repeat(16), "a2".repeat(16))),
  );
  bad("line_duplicate_key", "6 FORMAT", changed(6, (text) => text.replace("{", `{"sig":"",`)));
  bad("line_bom", "6 FORMAT", changed(6, (text) => `\ufeff${text}`));
  bad("line_carriage_return", "6 FORMAT", changed(6, (text) => `${text}\r`));
  bad("line_empty", "7 FORMAT", own.toSpliced(6, 0, ""));
  bad("line_of_another_type", "7 HANDSHAKE", own.toSpliced(6, 0, `{"type":"ping"}`));
  bad("line_behind_end", "17 FORMAT", [...own, own[5] ?? ""]);
  bad("joined_missing", "2 HANDSHAKE", cut(own, 2));
  bad("peer_missing", "9 BAD_CERT", cut(own, 9));
  bad("peer_repeated", "10 FORMAT", own.toSpliced(9, 0, own[8] ?? ""));
  bad("entry_missing", "6 FORKED", cut(own, 6));
  bad("entries_swapped", "10 FORKED", own.with(9, own[10] ?? "").with(10, own[9] ?? ""));
  bad("entry_repeated", "11 REPLAY", own.toSpliced(10, 0, own[9] ?? ""));
  bad("server_joined_missing", "5 REPLAY", cut(log, 5));
  bad("server_statement_behind_final", "15 REPLAY", log.toSpliced(14, 0, log[10] ?? ""));
  bad("server_head_behind_closing", "21 HANDSHAKE", log.toSpliced(20, 0, log[12] ?? ""));

  const edited = async (name: string, at: string, edits: Edits, side: Side = "alice") =>
    bad(name, at, (await talk(cast, edits))[side]);
  const statementOf = (index: number, change: object): Edits => ({
    statement: (statement, at) => at === index ? { ...statement, ...change } : statement,
  });
  const headOf = (index: number, change: object): Edits => ({
    head: (head, at) => at === index ? { ...head, ...change } : head,
  });
  await edited("statement_signed_by_another", "10 SIG_FAIL", {
    signer: (index) => index === TWO ? alice : undefined,
  });
  await edited(
    "statement_of_stranger",
    "10 BAD_CERT",
    statementOf(TWO, { author: "0".repeat(64) }),
  );
  await edited("statement_number", "10 REPLAY", statementOf(TWO, { seq: 2 }));
  await edited("statement_other_log", "10 REPLAY", statementOf(TWO, { log: "77".repeat(16) }));
  await edited("statement_other_room", "10 REPLAY", statementOf(TWO, { room: "main" }));
  await edited(
    "statement_own_session",
    "10 REPLAY",
    statementOf(TWO, { session: "a1".repeat(16) }),
  );
  await edited(
    "statement_servers_session",
    "10 REPLAY",
    statementOf(TWO, { session: "10".repeat(16) }),
  );
  await edited("statement_root", "10 FORKED", statementOf(TWO, { root: "0".repeat(64) }));
  await edited("statement_size_ahead", "10 FORKED", statementOf(TWO, { size: 9 }));
  await edited("statement_size_falls", "11 FORKED", statementOf(THREE, { size: 1 }));
  bad(
    "statement_too_old",
    "10 STALE",
    (await talk(cast, {
      statement: (s, at) => at === TWO ? { ...s, ts: s.ts - 11 * MINUTE_MS } : s,
    })).alice,
  );
  bad(
    "statement_ahead",
    "12 STALE",
    (await talk(cast, {
      statement: (s, at) => at === TWO ? { ...s, ts: s.ts + 11 * MINUTE_MS } : s,
    })).alice,
  );
  bad(
    "open_again",
    "8 REPLAY",
    (await talk(
      cast,
      statementOf(3, {
        ...{ kind: "open", text: "", seq: 1, size: 0 },
        root: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      }),
    )).alice,
  );
  await edited("head_root", "7 FORKED", headOf(FIRST_HEAD, { root: "0".repeat(64) }));
  await edited("head_size", "7 FORKED", headOf(FIRST_HEAD, { size: 9 }));
  await edited(
    "head_other_log",
    "7 REPLAY",
    headOf(FIRST_HEAD, { log: "77".repeat(16), session: "77".repeat(16) }),
  );
  await edited("head_names_client", "7 REPLAY", headOf(FIRST_HEAD, { by: alice.fingerprint }));
  await edited("head_time_ahead", "7 STALE", {
    head: (head, at) => at === FIRST_HEAD ? { ...head, ts: head.ts + 11 * MINUTE_MS } : head,
  });
  await edited("head_time_falls", "12 STALE", {
    head: (head, at) => at === 3 ? { ...head, ts: head.ts - MINUTE_MS } : head,
  });
  await edited(
    "server_final_differs",
    "15 FORKED",
    headOf(BOBS_FINAL, { root: "0".repeat(64) }),
    "server",
  );

  const roots: string[] = [];
  await edited("client_final_shorter", "15 FORKED", {
    statement: (statement) => {
      roots[statement.size] = statement.root;
      return statement;
    },
    head: (head, at) => at === BOBS_FINAL ? { ...head, size: 5, root: roots[5] ?? "" } : head,
  }, "server");

  const random = new SeededRandom("silent");
  const files = await RoomFiles.open({ server, random: (length) => random.bytes(length) });
  await files.leave(await files.join(bob, "b0".repeat(16)));
  await files.close();
  const isOfBob = (line: string) =>
    typeOf(line) === "peer" || atob(/"head":"([^"]*)/.exec(line)?.[1] ?? "").includes("b0b0b0");
  add({ name: "so_far_session_hidden", ...soFar }, files.server.filter((line) => !isOfBob(line)));

  const other = async (name: string, at: string, who: string) => {
    const stand = await transcriptIdentity(who);
    bad(name, at, (await talk({ ...cast, alice: stand })).server);
  };
  await other("author_of_another_ca", "6 BAD_CERT", "stranger");
  await other("author_expired", "6 BAD_CERT", "expired");
  await other("author_not_yet_valid", "6 BAD_CERT", "early");
  bad(
    "server_is_a_client",
    "2 BAD_CERT",
    (await talk({ ...cast, server: bob, bob: server })).alice,
  );
  const revoked = await talk({ ...cast, alice: await transcriptIdentity("revoked") });
  add({ name: "author_revoked_unknown", verdict: "VALID" }, revoked.server);
  add(
    { name: "author_revoked", verdict: "INVALID", line: 6, code: "REVOKED", crl: true },
    revoked.server,
  );
  add({ name: "good_with_list", verdict: "VALID", crl: true }, honest.server);
  return made;
}

/** The list of all vectors, as it is on the disk. */
export function vectorIndex(vectors: readonly MadeVector[]): string {
  return vectorIndexText(COMMENT, vectors);
}

const COMMENT =
  "Files NAME.jsonl of one talk, each verified with the CA of keys.json, and with its list " +
  "where crl is true. The line is the first bad one.";

if (import.meta.main) {
  const vectors = await transcriptVectors();
  for (const { name, text } of vectors) {
    Deno.writeTextFileSync(new URL(`${name}.jsonl`, TRANSCRIPTS_URL), text);
  }
  Deno.writeTextFileSync(new URL("index.json", TRANSCRIPTS_URL), vectorIndex(vectors));
}
