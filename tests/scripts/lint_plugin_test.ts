import assert from "node:assert/strict";
import plugin, { importFault } from "../../scripts/lint_plugin.ts";

/** What the plugin says of a source text, by rule. */
function rulesBroken(path: string, source: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ id }) => id);
}

Deno.test("importFault() holds the table in both directions", () => {
  // importing file, specifier, whether it is allowed
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["src/cli/a.ts", "../chat/b.ts", true],
    ["src/chat/b.ts", "../cli/a.ts", false],
    ["src/chat/b.ts", "../store/s.ts", true],
    ["src/store/s.ts", "../chat/b.ts", false],
    ["src/protocol/v1/c.ts", "../../pki/p.ts", true],
    ["src/pki/p.ts", "../protocol/v1/c.ts", false],
    ["src/protocol/v1/c.ts", "../v2/d.ts", false],
    ["src/protocol/v1/c.ts", "../session.ts", true],
    ["src/bytes/u32.ts", "../crypto/digest.ts", false],
    ["src/bytes/u32.ts", "./equal.ts", true],
    ["src/bytes/u32.ts", "../errors.ts", true],
    ["src/errors.ts", "./bytes/u32.ts", false],
    ["src/main.ts", "./cli/a.ts", true],
    ["src/main.ts", "./chat/b.ts", false],
    ["src/cli/a.ts", "../main.ts", false],
    ["src/cli/a.ts", "../../scripts/x.ts", false],
    ["tests/cli/a_test.ts", "../../src/bytes/u32.ts", true],
  ];
  for (const [file, specifier, isAllowed] of cases) {
    const fault = importFault(`/anywhere/${file}`, specifier);
    assert.equal(fault === undefined, isAllowed, `${file} → ${specifier}: ${fault}`);
  }
});

Deno.test("importFault() keeps a package in its home", () => {
  // importing file, package, whether it is allowed
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["src/pki/certificate.ts", "@peculiar/x509", true],
    ["src/cli/cert.ts", "@peculiar/x509", false],
    ["src/crypto/aes_ecb.ts", "@noble/ciphers/aes.js", true],
    ["src/crypto/modp.ts", "@noble/ciphers/aes.js", false],
    ["src/store/sqlite.ts", "node:sqlite", true],
    ["src/store/mysql.ts", "node:sqlite", false],
    ["src/chat/server.ts", "@logtape/logtape", true],
    ["src/chat/server.ts", "node:path", true],
  ];
  for (const [file, specifier, isAllowed] of cases) {
    assert.equal(importFault(file, specifier) === undefined, isAllowed, `${file} → ${specifier}`);
  }
});

Deno.test("house/import-table stops import, export … from and import()", () => {
  const path = "src/bytes/x.ts";
  const sources = [
    `import { a } from "../cli/a.ts";`,
    `import type { A } from "../cli/a.ts";`,
    `import "../cli/a.ts";`,
    `/** A. */ export { a } from "../cli/a.ts";`,
    `export * from "../cli/a.ts";`,
    `/** F. */ export async function f() { return await import("../cli/a.ts"); }`,
  ];
  for (const source of sources) {
    assert.deepEqual(rulesBroken(path, source), ["house/import-table"], source);
  }
  assert.deepEqual(
    rulesBroken(path, `import { a } from "./a.ts"; /** B. */ export const b = a;`),
    [],
  );
});

Deno.test("house/declared-functions stops arrow functions at top level alone", () => {
  const path = "src/bytes/x.ts";
  assert.deepEqual(rulesBroken(path, "const f = () => 1;"), ["house/declared-functions"]);
  const exported = "/** F. */ export const f = () => 1;";
  assert.deepEqual(rulesBroken(path, exported), ["house/declared-functions"]);
  assert.deepEqual(rulesBroken(path, "function g() { const f = () => 1; return f; }"), []);
  assert.deepEqual(rulesBroken(path, "const list = [1].map((x) => x);"), []);
});

Deno.test("house/documented-exports wants a doc comment on every export of src", () => {
  const rule = ["house/documented-exports"];
  assert.deepEqual(rulesBroken("src/bytes/x.ts", "export const a = 1;"), rule);
  assert.deepEqual(rulesBroken("src/bytes/x.ts", "// no\nexport function f() {}"), rule);
  assert.deepEqual(rulesBroken("src/bytes/x.ts", "/** A. */\nexport const a = 1;"), []);
  assert.deepEqual(rulesBroken("tests/bytes/x.ts", "export const a = 1;"), []);
});

Deno.test("house/hash-private stops the private keyword", () => {
  const path = "src/bytes/x.ts";
  assert.deepEqual(rulesBroken(path, "class A { private a = 1; }"), ["house/hash-private"]);
  assert.deepEqual(rulesBroken(path, "class A { private a() {} }"), ["house/hash-private"]);
  assert.deepEqual(rulesBroken(path, "class A { #a = 1; }"), []);
});
