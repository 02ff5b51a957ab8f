/**
 * One statement alone, shown under a head that somebody signed over it (PROTOCOL-2 §8): nothing else of
 * the room is told, and no file is needed.
 *
 * @module
 */

import { z } from "zod";
import { ChatError } from "../../errors.ts";
import type { Role } from "../../pki/validate.ts";
import { decodeCanonicalJson, encodeCanonicalJson } from "../../protocol/v2/canonical_json.ts";
import * as field from "../../protocol/v2/fields.ts";
import { type Head, openHead, parseHead } from "../../protocol/v2/head.ts";
import { isIncluded } from "../../protocol/v2/inclusion_proof.ts";
import type { MerkleTree } from "../../protocol/v2/merkle_tree.ts";
import type { Message } from "../../protocol/v2/messages.ts";
import { ownIdentity, type PeerIdentity } from "../../protocol/v2/peer_identity.ts";
import { RELAYED_FRESH_MS, signerOf } from "../../protocol/v2/room_rules.ts";
import { parseShape } from "../../protocol/v2/shape.ts";
import {
  leafHash,
  openStatement,
  parseStatement,
  type Statement,
} from "../../protocol/v2/statement.ts";
import { ChainLives, type ChainTrust } from "./chain_lives.ts";

/** Two chains and a statement, in base64. */
export const PROOF_MAX_BYTES = 262_144;

const PATH_MAX = 53; // levels of the largest tree

const PROOF = z.strictObject({
  chain: field.chain,
  head: field.headBytes,
  headsig: field.signature,
  index: field.count,
  path: z.array(field.treeHash).max(PATH_MAX).readonly(),
  sig: field.signature,
  signer: field.chain,
  stmt: field.statementBytes,
  type: z.literal("proof"),
  version: z.literal(2),
});

/** What a proof shows. */
export interface Proven {
  readonly statement: Statement;
  readonly head: Head;
  readonly index: number;
  readonly author: PeerIdentity;
  readonly signer: PeerIdentity;
  readonly authorRole: Role;
  readonly signerRole: Role;
}

/** Finds what a proof is made of, while a file is verified. */
export class ProofMaker {
  readonly #index: number;
  readonly #by: string | undefined;
  readonly #chains = new Map<string, readonly Uint8Array<ArrayBuffer>[]>();
  #size: number;
  #entry: Message<"entry"> | undefined;
  #head: Message<"head"> | undefined;

  /**
   * @param index The statement's place in the log.
   * @param by Fingerprint of whoever is to have signed over it; the server without it.
   * @param file The file's first entry, and the chains of its first line: the server's first.
   */
  constructor(
    index: number,
    by: string | undefined,
    file: {
      readonly from: number;
      readonly chains: readonly (readonly Uint8Array<ArrayBuffer>[])[];
    },
  ) {
    this.#index = index;
    this.#size = file.from;
    for (const chain of file.chains) this.#show(chain);
    this.#by = by ?? [...this.#chains.keys()][0];
  }

  /**
   * Takes every message of the file.
   *
   * @param message It; verified.
   */
  take(message: Message<"peer" | "entry" | "head">): void {
    if (message.type === "peer") this.#show(message.chain);
    else if (message.type === "entry") {
      if (this.#size === this.#index) this.#entry = message;
      this.#size++;
    } else if (this.#head === undefined) {
      const { by, from, size } = parseHead(message.head);
      if (by === this.#by && from <= this.#index && this.#index < size) this.#head = message;
    }
  }

  /**
   * Writes the proof.
   *
   * @param tree The file's tree.
   * @returns One line of JSON, without its end.
   * @throws {ChatError} NO_INPUT if the file has no such entry, or no head of that signer over it.
   */
  make(tree: MerkleTree): string {
    const [entry, message] = [this.#entry, this.#head];
    if (entry === undefined) {
      const text = `cannot prove entry ${this.#index}: the file has ${tree.from} to ${
        tree.size - 1
      }`;
      throw new ChatError("NO_INPUT", text, { hint: "see which there are: securechat show FILE" });
    }
    if (message === undefined) {
      const text = `cannot prove entry ${this.#index}: ${this.#by} has signed no head over it here`;
      throw new ChatError("NO_INPUT", text, { hint: "name somebody else with --by FINGERPRINT" });
    }
    const head = parseHead(message.head);
    const b64 = (fingerprint: string) =>
      (this.#chains.get(fingerprint) ?? []).map((der) => der.toBase64());
    const line = encodeCanonicalJson({
      chain: b64(parseStatement(entry.stmt).author),
      head: message.head.toBase64(),
      headsig: message.sig.toBase64(),
      index: this.#index,
      path: tree.inclusionPath(this.#index, head.size).map((hash) => hash.toHex()),
      sig: entry.sig.toBase64(),
      signer: b64(head.by),
      stmt: entry.stmt.toBase64(),
      type: "proof",
      version: 2,
    });
    return new TextDecoder().decode(line);
  }

  #show(chain: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#chains.set(ownIdentity(chain).fingerprint, chain);
  }
}

/**
 * Verifies a proof.
 *
 * @param bytes One line of JSON, with or without its end.
 * @param trust CAs and revocation lists.
 * @returns What it shows.
 * @throws {ChatError} FORMAT; SIG_FAIL; BAD_CERT or REVOKED if a chain was not good at the head's time;
 * REPLAY if the head is of another log, or not over the entry; STALE if the statement is later than the
 * head; FORKED if the path does not lead to the head's root.
 */
export async function verifyProof(bytes: Uint8Array, trust: ChainTrust): Promise<Proven> {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  const value = decodeCanonicalJson(bytes.subarray(0, end), PROOF_MAX_BYTES);
  const proof = parseShape(PROOF, value, "proof");
  const [author, signer] = [ownIdentity(proof.chain), ownIdentity(proof.signer)];
  const statement = openStatement(signerOf(author), { stmt: proof.stmt, sig: proof.sig });
  const head = openHead(signerOf(signer), { head: proof.head, sig: proof.headsig });
  requireSamePlace(statement, head, proof.index);
  const lives = new ChainLives(trust);
  const authorRole = statement.session === statement.log ? "server" : "client";
  await requireGood(lives, { who: author, role: authorRole, atMs: head.ts });
  const isSame = signer.fingerprint === author.fingerprint;
  const signerRole = isSame ? authorRole : await roleOf(lives, signer, head);
  const hashes = proof.path.map((hash) => Uint8Array.fromHex(hash));
  const claim = { index: proof.index, size: head.size, root: Uint8Array.fromHex(head.root) };
  const leaf = leafHash({ stmt: proof.stmt, sig: proof.sig });
  if (!isIncluded({ ...claim, leaf }, hashes)) {
    const text =
      "cannot accept proof: its path does not lead from the statement to the head's root";
    throw new ChatError("FORKED", text);
  }
  return { statement, head, index: proof.index, author, authorRole, signer, signerRole };
}

function requireSamePlace(statement: Statement, head: Head, index: number): void {
  const isHere = statement.log === head.log && statement.room === head.room;
  if (!isHere || index < head.from || index >= head.size || statement.size > index) {
    throw new ChatError("REPLAY", "cannot accept proof: its head is not over this statement");
  }
  if (statement.ts <= head.ts + RELAYED_FRESH_MS) return;
  throw new ChatError("STALE", "cannot accept proof: the statement is later than the head over it");
}

/** A head of a whole room is the server's; that of a session may be either side's. */
async function roleOf(lives: ChainLives, who: PeerIdentity, head: Head): Promise<Role> {
  const isRooms = head.session === head.log;
  const isServers = await lives.fault({ ...who }, "server", head.ts) === undefined;
  if (isServers) return "server";
  await requireGood(lives, { who, role: isRooms ? "server" : "client", atMs: head.ts });
  return "client";
}

async function requireGood(
  lives: ChainLives,
  { who, role, atMs }: { readonly who: PeerIdentity; readonly role: Role; readonly atMs: number },
): Promise<void> {
  const fault = await lives.fault(who, role, atMs);
  if (fault !== undefined) throw new ChatError(fault.code, `cannot accept proof: ${fault.text}`);
}
