import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { concat } from "../../../src/bytes/concat.ts";
import { isIncluded } from "../../../src/protocol/v2/inclusion_proof.ts";
import { EMPTY_ROOT, MerkleTree } from "../../../src/protocol/v2/merkle_tree.ts";

function h(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(concat(...parts)).digest());
}

/** The definition of RFC 9162 §2.1.1, word for word and slow; leaf hashes are given. */
function mth(leaves: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first] = leaves;
  if (first === undefined) return h();
  if (leaves.length === 1) return new Uint8Array(first);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return h(new Uint8Array([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** The definition of RFC 9162 §2.1.3.1. */
function path(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length === 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

function leavesOf(count: number): readonly Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, index) => h(new TextEncoder().encode(`leaf ${index}`)));
}

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

Deno.test("MerkleTree has the roots of the vectors of Certificate Transparency's reference", () => {
  // The eight inputs and roots that the authors of RFC 6962 published with their implementation.
  const data = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ];
  const roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ];
  const tree = treeOf(data.map((hex) => h(new Uint8Array(1), Uint8Array.fromHex(hex))));
  assert.equal(tree.rootAt(0).toHex(), EMPTY_ROOT);
  roots.forEach((root, index) => assert.equal(tree.rootAt(index + 1).toHex(), root));
});

Deno.test("MerkleTree has the roots of RFC 9162's definition at every size", () => {
  const leaves = leavesOf(70);
  const tree = new MerkleTree();
  for (const [index, leaf] of leaves.entries()) {
    assert.deepEqual(tree.rootAt(index), mth(leaves.slice(0, index)));
    tree.append(leaf);
  }
  for (let size = 0; size <= leaves.length; size++) {
    assert.deepEqual(tree.rootAt(size), mth(leaves.slice(0, size)));
  }
});

Deno.test("MerkleTree, continued from the peaks at any size, has the same roots, peaks and paths", () => {
  const leaves = leavesOf(40);
  const whole = treeOf(leaves);
  for (let from = 0; from <= leaves.length; from++) {
    const rest = new MerkleTree({ size: from, peaks: whole.peaksAt(from) });
    for (const leaf of leaves.slice(from)) rest.append(leaf);
    for (let size = from; size <= leaves.length; size++) {
      assert.deepEqual(rest.rootAt(size), whole.rootAt(size));
      assert.deepEqual(rest.peaksAt(size), whole.peaksAt(size));
      for (let index = from; index < size; index++) {
        assert.deepEqual(rest.inclusionPath(index, size), whole.inclusionPath(index, size));
      }
    }
  }
});

Deno.test("MerkleTree gives peaks that are roots of perfect subtrees, widest first", () => {
  const leaves = leavesOf(11); // 8 + 2 + 1
  const expected = [mth(leaves.slice(0, 8)), mth(leaves.slice(8, 10)), leaves[10]];
  assert.deepEqual(treeOf(leaves).peaksAt(11), expected);
});

Deno.test("MerkleTree gives RFC 9162's paths, and isIncluded() accepts them and nothing near them", () => {
  const leaves = leavesOf(33);
  const tree = treeOf(leaves);
  for (const size of [1, 2, 3, 4, 5, 7, 8, 13, 16, 32, 33]) {
    const root = tree.rootAt(size);
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? h();
      const proof = tree.inclusionPath(index, size);
      assert.deepEqual(proof, path(index, leaves.slice(0, size)));
      const claim = { leaf, index, size, root };
      assert.equal(isIncluded(claim, proof), true);
      assert.equal(isIncluded({ ...claim, leaf: h() }, proof), false);
      assert.equal(isIncluded({ ...claim, root: h() }, proof), false);
      assert.equal(isIncluded({ ...claim, index: index + 1 }, proof), false);
      assert.equal(isIncluded(claim, [...proof, h()]), false);
      assert.equal(isIncluded(claim, [...proof, new Uint8Array(31)]), false);
      if (proof.length > 0) assert.equal(isIncluded(claim, proof.slice(1)), false);
    }
  }
});

Deno.test("isIncluded() accepts no shorter hash in a path, whatever was hashed before", () => {
  const leaves = leavesOf(2);
  const [leaf = h(), sibling = h()] = leaves;
  const claim = { leaf, index: 0, size: 2, root: mth(leaves) };
  assert.equal(isIncluded(claim, [sibling]), true);
  assert.equal(isIncluded(claim, [sibling.subarray(0, 31)]), false);
});

Deno.test("isIncluded() says no to indexes and sizes that cannot be", () => {
  const [leaf = h()] = leavesOf(1);
  for (const index of [-1, 1, 0.5, NaN, 2 ** 53]) {
    assert.equal(isIncluded({ leaf, index, size: 1, root: leaf }, []), false);
  }
});

Deno.test("MerkleTree keeps right at sizes where shifts and logarithms fail", () => {
  for (const size of [2 ** 31 + 1, 2 ** 32 - 1, 2 ** 48 + 1, 2 ** 53 - 5]) {
    const bits = size.toString(2).replaceAll("0", "").length;
    const peaks = leavesOf(bits);
    const tree = new MerkleTree({ size, peaks });
    assert.deepEqual(tree.peaksAt(size), peaks);
    const [leaf = h()] = leavesOf(1);
    tree.append(leaf);
    tree.append(leaf);
    const proof = tree.inclusionPath(size + 1);
    const claim = { leaf, index: size + 1, size: size + 2, root: tree.rootAt(size + 2) };
    assert.equal(isIncluded(claim, proof), true, String(size));
    assert.equal(isIncluded({ ...claim, index: size - 1 }, proof), false);
  }
});

Deno.test("MerkleTree refuses peaks that do not belong to the size, and sizes that it does not know", () => {
  const [one = h(), two = h()] = leavesOf(2);
  for (
    const start of [{ size: 1, peaks: [] }, { size: 2, peaks: [one, two] }, {
      size: 0,
      peaks: [one],
    }]
  ) {
    assert.throws(() => new MerkleTree(start), RangeError);
  }
  assert.throws(() => new MerkleTree({ size: 1, peaks: [new Uint8Array(31)] }), RangeError);
  const tree = new MerkleTree({ size: 2, peaks: [one] });
  tree.append(two);
  for (const size of [0, 1, 4, 2.5, -1, NaN]) {
    assert.throws(() => tree.rootAt(size), RangeError);
    assert.throws(() => tree.peaksAt(size), RangeError);
  }
  for (const index of [0, 1, 3, 2.5]) assert.throws(() => tree.inclusionPath(index), RangeError);
  assert.throws(() => tree.append(new Uint8Array(31)), RangeError);
});

Deno.test("MerkleTree agrees with the definition for any two sizes, asked in any order", () => {
  const leaves = leavesOf(600);
  const tree = treeOf(leaves);
  fc.assert(
    fc.property(fc.array(fc.nat(600), { maxLength: 20 }), (sizes) => {
      for (const size of sizes) assert.deepEqual(tree.rootAt(size), mth(leaves.slice(0, size)));
    }),
    { numRuns: 10 },
  );
});
