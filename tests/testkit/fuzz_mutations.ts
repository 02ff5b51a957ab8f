/**
 * Ways to spoil bytes: blindly, and inside DER with the lengths around kept right.
 *
 * @module
 */

import { type DerNode, nodeAt, pathsOf, readNodes, replaceAt, writeNode } from "./der_tree.ts";
import { derOid } from "./der_writer.ts";
import type { Random } from "./random.ts";

/** What a mutation works with. */
export interface MutationSource {
  readonly random: Random;
  /** Another good input of the same entry point. */
  readonly other: Uint8Array;
}

/** Spoils bytes. */
export type Mutation = (bytes: Uint8Array, source: MutationSource) => Uint8Array;

const SIZE_MAX = 60_000; // below the bound of every reader, so that the reader itself is met
const BOMB_DEPTHS = [40, 400, 4_000, 14_000];
const COUNTS = [50, 1_000, 10_000];
const LENGTHS = ["80", "81ff", "8200", "820001", "84ffffffff", "88ffffffffffffffff", "ff", "00"];
const TAGS = [
  0x01,
  0x02,
  0x03,
  0x04,
  0x05,
  0x06,
  0x0c,
  0x17,
  0x18,
  0x1e,
  0x1f,
  0x30,
  0x31,
  0xa0,
  0xa3,
  0xff,
];
const OIDS = [
  ...["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.28", "2.5.29.30", "2.5.29.35", "2.5.29.54"],
  ...["1.2.840.113549.1.1.5", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11"],
  ...["1.3.101.112", "1.2.840.10045.2.1", "1.2.840.10045.3.1.7", "1.3.6.1.4.1.99999.1"],
];

function patched(bytes: Uint8Array, at: number, drop: number, put: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]));
}

function randomOctets({ random }: MutationSource, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** Works on a node of the DER in the bytes; bytes that are no DER get a flipped bit. */
function inTree(change: (node: DerNode, source: MutationSource) => readonly DerNode[]): Mutation {
  return (bytes, source) => {
    const [root, ...more] = readNodes(bytes) ?? [];
    if (root === undefined || more.length > 0) return flipBits(bytes, source);
    const path = source.random.of(pathsOf(root));
    return writeNode(replaceAt(root, path, change(nodeAt(root, path), source)));
  };
}

function nested(depth: number, tag: number): Uint8Array {
  const pairs = new Uint8Array(2 * depth);
  for (let i = 0; i < depth; i++) pairs.set([tag, 0x80], 2 * i);
  return pairs;
}

/** Every value in another, lengths right: the innermost is written first. */
function nestedWhole(depth: number): DerNode {
  const heads: number[][] = [];
  let size = 0;
  while (heads.length < depth && size < SIZE_MAX) {
    const head = size < 0x80
      ? [0x30, size]
      : size < 0x100
      ? [0x30, 0x81, size]
      : [0x30, 0x82, size >> 8, size & 0xff];
    heads.push(head);
    size += head.length;
  }
  return { tag: 0x30, content: new Uint8Array(heads.toReversed().flat()) };
}

function flipBits(bytes: Uint8Array, { random }: MutationSource): Uint8Array {
  const changed = new Uint8Array(bytes);
  for (let flips = 1 + random.below(3); flips > 0; flips--) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
}

/** The mutations by their kind. */
export const MUTATIONS = {
  "bit flip": flipBits,
  "bytes put in": (bytes, source) => {
    const at = source.random.below(bytes.length + 1);
    return patched(bytes, at, 0, randomOctets(source, 1 + source.random.below(9)));
  },
  "bytes removed": (bytes, { random }) =>
    patched(bytes, random.below(bytes.length), 1 + random.below(9), new Uint8Array()),
  "truncated": (bytes, { random }) => bytes.slice(0, random.below(bytes.length)),
  "spliced": (bytes, { random, other }) =>
    new Uint8Array(
      Buffer.concat([
        bytes.subarray(0, random.below(bytes.length)),
        other.subarray(random.below(other.length)),
      ]),
    ).subarray(0, SIZE_MAX),
  "length edited": (bytes, { random }) => {
    const at = random.below(bytes.length);
    return patched(bytes, at, 1, Uint8Array.fromHex(random.of(LENGTHS)));
  },
  "element's length edited": inTree((node, { random }) => {
    const whole = writeNode(node);
    const spoiled = patched(whole, 1, 1, Uint8Array.fromHex(random.of(LENGTHS)));
    return [{ tag: spoiled[0] ?? 0, content: spoiled.subarray(2) }];
  }),
  "tag changed": inTree((node, { random }) => [{ ...node, tag: random.of(TAGS) }]),
  "element removed": inTree(() => []),
  "element twice": inTree((node) => [node, node]),
  "element emptied": inTree(({ tag }) => [{ tag, content: new Uint8Array() }]),
  "content replaced": inTree((node, source) => [{
    tag: node.tag,
    content: randomOctets(source, source.random.of([1, node.content.length, 300])),
  }]),
  "bit in a value": inTree(({ tag, content }, source) => [
    { tag, content: content.length === 0 ? content : flipBits(content, source) },
  ]),
  "element of another": inTree((_, source) => {
    const [root] = readNodes(source.other) ?? [];
    return root === undefined ? [] : [nodeAt(root, source.random.of(pathsOf(root)))];
  }),
  "huge count": inTree((node, { random }) => {
    const size = writeNode(node).length;
    const count = Math.min(random.of(COUNTS), Math.max(2, Math.floor(SIZE_MAX / size)));
    return new Array<DerNode>(count).fill(node);
  }),
  "nesting bomb": inTree((_, { random }) => {
    const depth = random.of(BOMB_DEPTHS);
    if (random.below(2) === 0) return [nestedWhole(depth)];
    return [{ tag: 0x30, content: nested(depth, random.of([0x30, 0x24, 0xa0])) }];
  }),
  "object identifier changed": (bytes, source) => {
    const [root] = readNodes(bytes) ?? [];
    if (root === undefined) return flipBits(bytes, source);
    const paths = pathsOf(root).filter((path) => nodeAt(root, path).tag === 0x06);
    if (paths.length === 0) return flipBits(bytes, source);
    const path = source.random.of(paths);
    const content = derOid(source.random.of(OIDS)).subarray(2);
    return writeNode(replaceAt(root, path, [{ tag: 0x06, content }]));
  },
} as const satisfies Readonly<Record<string, Mutation>>;

/** A kind of mutation. */
export type MutationKind = keyof typeof MUTATIONS;

/** All kinds. */
export const MUTATION_KINDS = Object.keys(MUTATIONS) as readonly MutationKind[];
