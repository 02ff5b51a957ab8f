/**
 * Runs a vector of protocol 2 through the code: from its input, all text, to its output, or to the
 * code of the error. What makes vectors and what checks them share this and nothing else.
 *
 * @module
 */

import { encapsulateHybrid, HybridKeyPair } from "../../src/crypto/hybrid_kem.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { importVerifyKey } from "../../src/crypto/signature.ts";
import { ChatError } from "../../src/errors.ts";
import { decodeCanonicalJson } from "../../src/protocol/v2/canonical_json.ts";
import { openHead } from "../../src/protocol/v2/head.ts";
import { isIncluded } from "../../src/protocol/v2/inclusion_proof.ts";
import {
  authInput,
  deriveStreams,
  handshakeSecret,
  hashAuth,
  hashHellos,
  sessionName,
} from "../../src/protocol/v2/key_schedule.ts";
import type { Signer } from "../../src/protocol/v2/labelled_signature.ts";
import { MerkleTree } from "../../src/protocol/v2/merkle_tree.ts";
import { type MessageType, parseMessage } from "../../src/protocol/v2/messages.ts";
import { RecordOpener, RecordSealer } from "../../src/protocol/v2/record_stream.ts";
import { leafHash, openStatement } from "../../src/protocol/v2/statement.ts";
import { chooseVersion } from "../../src/protocol/v2/version.ts";

/** A JSON value. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** What came out: `ok` with an output, or a code. */
export interface VectorResult {
  readonly expect: string;
  readonly output?: Json;
}

/** Byte strings are hex; objects of protocol 2 are text. */
interface SignedInput {
  readonly sig: string;
  readonly spki: string;
  readonly fingerprint: string;
}

interface MessageInput {
  readonly body: string;
  readonly wanted: readonly MessageType[];
}

interface VersionInput {
  readonly body: string;
  readonly allowed: readonly number[];
}

interface KemInput {
  readonly operation: "encapsulate" | "decapsulate";
  readonly mlkemSeed?: string;
  readonly x25519Scalar?: string;
  readonly mlkem: string;
  readonly x25519: string;
}

interface KeyScheduleInput {
  readonly mlkemSecret: string;
  readonly x25519Secret: string;
  readonly clientHello: string;
  readonly serverHello: string;
  readonly serverChain: readonly string[];
  readonly clientChain: readonly string[];
  readonly serverAuth: string;
  readonly clientAuth: string;
}

interface RecordsInput {
  readonly stream: string;
  readonly skip: number;
  readonly seal?: readonly (readonly string[])[];
  readonly open?: readonly string[];
}

interface TreeInput {
  readonly leaves: readonly string[];
  readonly from: number;
}

interface ClaimInput {
  readonly leaf: string;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
}

const utf8 = new TextEncoder();

/** Each area reads inputs of its own kind, which the committed files are trusted to have. */
const AREAS: Readonly<Record<string, (input: never) => Json | Promise<Json>>> = {
  canonical_json: ({ bytes }: { readonly bytes: string }) => ({
    value: decodeCanonicalJson(hex(bytes), 65_536),
  }),
  messages: ({ body, wanted }: MessageInput) => ({
    type: parseMessage(utf8.encode(body), wanted).type,
  }),
  versions: ({ body, allowed }: VersionInput) => ({
    version: chooseVersion(utf8.encode(body), allowed),
  }),
  hybrid_kem: runKem,
  key_schedule: runKeySchedule,
  records: runRecords,
  statements: ({ stmt, ...input }: SignedInput & { readonly stmt: string }) => {
    const signed = { stmt: utf8.encode(stmt), sig: hex(input.sig) };
    const { kind } = openStatement(signerOf(input), signed);
    return { kind, leaf: leafHash(signed).toHex() };
  },
  tree: (input: TreeInput | { readonly claim: ClaimInput }) =>
    "claim" in input ? { isIncluded: runClaim(input.claim) } : runTree(input),
  heads: ({ head, ...input }: SignedInput & { readonly head: string }) => {
    const { size } = openHead(signerOf(input), { head: utf8.encode(head), sig: hex(input.sig) });
    return { size };
  },
};

/** The names of all areas. */
export const VECTOR_AREAS: readonly string[] = Object.keys(AREAS);

/**
 * Runs a vector.
 *
 * @param area What it is of.
 * @param input Its input.
 * @returns What came out.
 */
export async function runVector(area: string, input: Json): Promise<VectorResult> {
  const run = AREAS[area];
  if (run === undefined) throw new RangeError(`no area ${area}`);
  try {
    return { expect: "ok", output: await run(input as never) };
  } catch (error) {
    if (error instanceof ChatError) return { expect: error.code };
    throw error;
  }
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text);
}

function signerOf({ fingerprint, spki }: SignedInput): Signer {
  return { fingerprint, key: importVerifyKey(hex(spki)) };
}

async function runKem({ operation, mlkem, x25519, ...own }: KemInput): Promise<Json> {
  const share = { mlkem: hex(mlkem), x25519: hex(x25519) };
  if (operation === "encapsulate") {
    const answer = await encapsulateHybrid(share);
    return { mlkemBytes: answer.share.mlkem.length };
  }
  const seeds = { mlkem: hex(own.mlkemSeed ?? ""), x25519: hex(own.x25519Scalar ?? "") };
  const pair = await HybridKeyPair.generate(seeds);
  const secrets = await pair.decapsulate(share);
  return {
    encapsulationKey: pair.share.mlkem.toHex(),
    x25519Public: pair.share.x25519.toHex(),
    mlkemSecret: secrets.mlkem.bytes.toHex(),
    x25519Secret: secrets.x25519.bytes.toHex(),
  };
}

function runKeySchedule(input: KeyScheduleInput): Json {
  const hs = handshakeSecret({
    mlkem: new Secret(hex(input.mlkemSecret)),
    x25519: new Secret(hex(input.x25519Secret)),
  });
  const h0 = hashHellos(hex(input.clientHello), hex(input.serverHello));
  const h1 = hashAuth(h0, hex(input.serverAuth));
  const h2 = hashAuth(h1, hex(input.clientAuth));
  const [serverChain, clientChain] = [input.serverChain.map(hex), input.clientChain.map(hex)];
  const handshake = deriveStreams(hs, "handshake", h0);
  const application = deriveStreams(hs, "application", h2);
  return {
    hs: hs.bytes.toHex(),
    h0: h0.toHex(),
    "s hs": handshake.server.bytes.toHex(),
    "c hs": handshake.client.bytes.toHex(),
    serverAuthInput: authInput(hs, { side: "server", previous: h0, chain: serverChain }).toHex(),
    h1: h1.toHex(),
    clientAuthInput: authInput(hs, { side: "client", previous: h1, chain: clientChain }).toHex(),
    h2: h2.toHex(),
    "s ap": application.server.bytes.toHex(),
    "c ap": application.client.bytes.toHex(),
    session: sessionName(hs, h2),
  };
}

/** `skip` records of our own are sealed and opened first. */
function runRecords({ stream, skip, seal, open = [] }: RecordsInput): Json {
  const sealer = new RecordSealer(new Secret(hex(stream)));
  const opener = new RecordOpener(new Secret(hex(stream)));
  const ping = utf8.encode('{"type":"ping"}');
  for (let count = 0; count < skip; count++) opener.open(sealer.seal([ping]).subarray(4));
  if (seal !== undefined) {
    return seal.map((objects) => sealer.seal(objects.map((one) => utf8.encode(one))).toHex());
  }
  return open.map((body) =>
    opener.open(hex(body)).map((object) => new TextDecoder().decode(object))
  );
}

function runClaim({ leaf, index, size, root, path }: ClaimInput): boolean {
  return isIncluded({ leaf: hex(leaf), index, size, root: hex(root) }, path.map(hex));
}

function runTree({ leaves, from }: TreeInput): Json {
  const whole = new MerkleTree();
  for (const leaf of leaves) whole.append(hex(leaf));
  const tree = new MerkleTree({ size: from, peaks: whole.peaksAt(from) });
  for (const leaf of leaves.slice(from)) tree.append(hex(leaf));
  const sizes = Array.from({ length: leaves.length - from + 1 }, (_, index) => from + index);
  return {
    peaks: whole.peaksAt(from).map((peak) => peak.toHex()),
    roots: sizes.map((size) => tree.rootAt(size).toHex()),
    paths: sizes.slice(1).map((size) =>
      tree.inclusionPath(size - 1, leaves.length).map((node) => node.toHex())
    ),
  };
}
