/**
 * The vectors of proofs and of comparisons of two files, beside those of single files. Run as a program it
 * writes them; the same each time.
 *
 * @module
 */

import type { ErrorCode } from "../../src/errors.ts";
import type { OwnIdentity } from "../../src/protocol/v2/handshake.ts";
import { decodeCanonicalJson, encodeCanonicalJson } from "../../src/protocol/v2/canonical_json.ts";
import { proofIn } from "./prove.ts";
import { RoomFiles } from "./room_files.ts";
import { SeededRandom } from "./seeded_random.ts";
import { transcriptIdentity, transcriptRoot, TRANSCRIPTS_URL } from "./transcript_keys.ts";
import { withoutText } from "./vector_index.ts";

/** A proof, and what a verifier says of it. */
export interface ProofVector {
  readonly name: string;
  readonly verdict: "VALID" | "INVALID";
  readonly code?: ErrorCode;
  readonly text: string;
}

/** Two files, and what they say together. */
export interface PairVector {
  readonly files: readonly [string, string];
  readonly result: "SAME" | "APART" | "FORKED" | "EQUIVOCATION";
  /** Of SAME: entries of the shorter one. */
  readonly size?: number;
  /** Of SAME: the file that has more. */
  readonly ahead?: string;
  /** Of two stories: the first entry that differs. */
  readonly entry?: number;
}

type Lines = readonly string[];

/** The talk of the single files, up to alice's "three", told in one of several ways. */
async function story(words: string, seed: string, hasHead = true): Promise<Record<string, Lines>> {
  const [server, alice, bob] = await Promise.all(
    ["server", "alice", "bob"].map(transcriptIdentity),
  ) as [OwnIdentity, OwnIdentity, OwnIdentity];
  const random = new SeededRandom(seed);
  const files = await RoomFiles.open({ server, random: (length) => random.bytes(length) });
  const a = await files.join(alice, "a1".repeat(16));
  await files.say(a, words);
  if (hasHead) await files.head();
  const b = hasHead ? await files.join(bob, "b0".repeat(16), 2) : undefined;
  if (b !== undefined) {
    await files.say(b, "two");
    await files.head();
    await files.leave(b);
  }
  return { server: files.server, alice: a.lines, bob: b?.lines ?? [] };
}

/** Files of two stories of one log, without words in common behind alice's first. */
export async function pairFiles(): Promise<Readonly<Record<string, string>>> {
  const [yes, no] = [await story("yes", "story"), await story("no", "story")];
  const unsigned = await story("no", "story", false);
  const text = (lines: Lines = []) => lines.map((line) => `${line}\n`).join("");
  return {
    yes_server: text(yes["server"]),
    yes_alice: text(yes["alice"]),
    yes_alice_start: text(yes["alice"]?.slice(0, 6)),
    yes_bob: text(yes["bob"]),
    no_alice: text(no["alice"]),
    no_bob: text(no["bob"]),
    no_alice_unsigned: text(unsigned["alice"]),
  };
}

/** What every two of them say. */
export const PAIRS: readonly PairVector[] = [
  { files: ["yes_server", "yes_server"], result: "SAME", size: 6 },
  { files: ["yes_server", "yes_bob"], result: "SAME", size: 5, ahead: "yes_server" },
  { files: ["yes_alice_start", "yes_alice"], result: "SAME", size: 3, ahead: "yes_alice" },
  { files: ["yes_alice", "no_alice"], result: "EQUIVOCATION", entry: 2 },
  { files: ["yes_server", "no_bob"], result: "EQUIVOCATION", entry: 2 },
  { files: ["yes_bob", "no_bob"], result: "EQUIVOCATION", entry: 2 },
  { files: ["yes_alice", "no_alice_unsigned"], result: "FORKED", entry: 2 },
];

async function proofOf(lines: Lines, index: number): Promise<Record<string, unknown>> {
  const line = await proofIn(lines, { index, anchors: [transcriptRoot()] });
  return decodeCanonicalJson(line, line.length) as Record<string, unknown>;
}

/** All proofs. */
export async function proofVectors(): Promise<readonly ProofVector[]> {
  const { server = [], bob = [] } = await story("yes", "story");
  const [own, next] = [await proofOf(server, 2), await proofOf(server, 4)];
  const first = await proofOf(server, 0);
  const late = await proofOf(bob, 4);
  const { path } = own as { path: readonly string[] };
  const vector = (name: string, proof: object, code?: ErrorCode): ProofVector => ({
    name: `proof_${name}`,
    verdict: code === undefined ? "VALID" : "INVALID",
    ...code !== undefined && { code },
    text: `${new TextDecoder().decode(encodeCanonicalJson(proof as never))}\n`,
  });
  return [
    vector("good_first", first),
    vector("good_words", own),
    vector("good_of_a_file_that_begins_later", late),
    vector("index_below_the_statement", { ...own, index: 1 }, "REPLAY"),
    vector("index_of_another", { ...first, index: 1 }, "FORKED"),
    vector("index_behind_head", { ...own, index: 9 }, "REPLAY"),
    vector("path_cut", { ...own, path: path.slice(1) }, "FORKED"),
    vector("path_longer", { ...own, path: [...path, "0".repeat(64)] }, "FORKED"),
    vector("path_changed", { ...own, path: path.with(0, "0".repeat(64)) }, "FORKED"),
    vector("signature_of_another", { ...own, sig: next["sig"] }, "SIG_FAIL"),
    vector("head_signature_of_another", { ...own, headsig: own["sig"] }, "SIG_FAIL"),
    vector("author_of_another", { ...own, chain: next["chain"] }, "SIG_FAIL"),
    vector("signer_of_another", { ...own, signer: next["chain"] }, "SIG_FAIL"),
    vector("statement_of_another", { ...own, stmt: next["stmt"], sig: next["sig"] }, "SIG_FAIL"),
    vector("version", { ...own, version: 3 }, "FORMAT"),
    vector("key_more", { ...own, zeal: 1 }, "FORMAT"),
  ];
}

/** Both lists, as they are on the disk. */
export function otherIndex(proofs: readonly ProofVector[]): string {
  const lists = { comment: COMMENT, proofs: proofs.map(withoutText), pairs: PAIRS };
  return `${JSON.stringify(lists, null, 1)}\n`;
}

const COMMENT =
  "proofs: files NAME.json, each one proof. pairs: every two files NAME.jsonl of the " +
  "folder pairs, none of them INVALID, and what they say together. The CA is that of keys.json.";

if (import.meta.main) {
  const proofs = await proofVectors();
  for (const { name, text } of proofs) {
    Deno.writeTextFileSync(new URL(`proofs/${name}.json`, TRANSCRIPTS_URL), text);
  }
  for (const [name, text] of Object.entries(await pairFiles())) {
    Deno.writeTextFileSync(new URL(`pairs/${name}.jsonl`, TRANSCRIPTS_URL), text);
  }
  Deno.writeTextFileSync(new URL("proofs_pairs.json", TRANSCRIPTS_URL), otherIndex(proofs));
}
