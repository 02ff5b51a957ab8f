/**
 * DER as a tree that can be changed inside while the lengths around stay right, so that a change reaches
 * the reader that it is meant for.
 *
 * @module
 */

import { derValue } from "./der_writer.ts";

/** A value: with children, or with octets. */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly children?: readonly DerNode[];
}

const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;
const DEPTH_MAX = 24;

/** Reads values that fill some bytes wholly; nothing if they do not. */
export function readNodes(bytes: Uint8Array, depth = 0): readonly DerNode[] | undefined {
  const nodes: DerNode[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const head = headAt(bytes, offset);
    if (head === undefined || depth > DEPTH_MAX) return undefined;
    const content = bytes.subarray(head.start, head.end);
    const tag = bytes[offset] ?? 0;
    const isOpen = (tag & CONSTRUCTED) !== 0 || (tag === OCTET_STRING && content.length > 2);
    const children = isOpen ? readNodes(content, depth + 1) : undefined;
    nodes.push({ tag, content, ...(children === undefined ? {} : { children }) });
    offset = head.end;
  }
  return nodes;
}

function headAt(
  bytes: Uint8Array,
  offset: number,
): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[offset + 1];
  if (first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (count > 3) return undefined;
  let length = count === 0 ? first : 0;
  const start = offset + 2 + count;
  for (const octet of bytes.subarray(offset + 2, start)) length = length * 256 + octet;
  return start + length > bytes.length ? undefined : { start, end: start + length };
}

/** Writes a value, all lengths fresh. */
export function writeNode({ tag, content, children }: DerNode): Uint8Array {
  return derValue(tag, ...(children === undefined ? [content] : children.map(writeNode)));
}

/** The way to a value: which child at each level. */
export type DerPath = readonly number[];

/** The ways to all values below a node. */
export function pathsOf(node: DerNode, here: DerPath = []): readonly DerPath[] {
  return [
    here,
    ...(node.children ?? []).flatMap((child, index) => pathsOf(child, [...here, index])),
  ];
}

/** The node at a path. */
export function nodeAt(root: DerNode, path: DerPath): DerNode {
  const node = path.reduce<DerNode | undefined>((at, index) => at?.children?.[index], root);
  if (node === undefined) throw new RangeError("no node there");
  return node;
}

/** The tree with a node replaced by others: none, one or many. */
export function replaceAt(
  root: DerNode,
  path: DerPath,
  by: readonly DerNode[],
): DerNode {
  const [index, ...rest] = path;
  if (index === undefined) return by[0] ?? root;
  const children = (root.children ?? []).flatMap((child, at) => {
    if (at !== index) return [child];
    return rest.length === 0 ? by : [replaceAt(child, rest, by)];
  });
  return { ...root, children };
}
