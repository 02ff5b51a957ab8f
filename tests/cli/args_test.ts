import assert from "node:assert/strict";
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import fc from "fast-check";
import { parseEmail, parseUsername } from "../../src/cli/account_names.ts";
import { daysValue, parseArgs, portValue } from "../../src/cli/args.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { parseSubjectName } from "../../src/cli/subject_names.ts";

const parser = object({
  force: option("--force"),
  port: optional(option("--port", portValue())),
  days: optional(option("--days", daysValue())),
  names: multiple(option("--name", string())),
  file: argument(string({ metavar: "FILE" })),
});

const COMMAND = { command: "securechat test" };

Deno.test("parseArgs() gives the values, options in any order and form", () => {
  const parsed = parseArgs(
    parser,
    ["--name", "a", "x", "--port=7", "--name=b", "--force"],
    COMMAND,
  );
  const value = { force: true, port: 7, days: undefined, names: ["a", "b"], file: "x" };
  assert.deepEqual(parsed, { kind: "value", value });
  const dashed = parseArgs(parser, ["--", "--help"], COMMAND);
  assert.equal(dashed.kind === "value" && dashed.value.file, "--help");
});

Deno.test("parseArgs() finds -h and --help anywhere before --", () => {
  for (const args of [["-h"], ["x", "--help"], ["--port", "no", "-h"]]) {
    assert.deepEqual(parseArgs(parser, args, COMMAND), { kind: "help" });
  }
});

Deno.test("parseArgs() rejects what means nothing with USAGE and one line", () => {
  // arguments, what the message has, what the hint has
  const cases: readonly (readonly [readonly string[], RegExp, RegExp])[] = [
    [[], /needs arguments/, /see: securechat test --help/],
    [["x", "y"], /unexpected .*"y"/, /see/],
    [["x", "--forse"], /"--forse"/, /did you mean --force/],
    [["x", "--port", "65536"], /--port: "65536" is not a whole number from 0 to 65535/, /see/],
    [["x", "--port", "1e3"], /"1e3"/, /see/],
    [["x", "--days", "0"], /from 1 to 36500/, /see/],
    [["x", "--port"], /--port requires PORT/, /see/],
    [["x", "\x1b[2J"], /unexpected/, /see/],
  ];
  for (const [args, message, hint] of cases) {
    assert.throws(() => parseArgs(parser, args, COMMAND), { code: "USAGE", message, hint });
    try {
      parseArgs(parser, args, COMMAND);
    } catch (error) {
      // deno-lint-ignore no-control-regex -- control characters are what this looks for
      assert.doesNotMatch((error as Error).message, /[\x00-\x1f]/);
    }
  }
});

Deno.test("nearest() forgives two slips and no more", () => {
  const known = ["serve", "connect", "verify", "ca"];
  // typed, meant
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["serv", "serve"],
    ["SERVE", "serve"],
    ["sevre", "serve"],
    ["conect", "connect"],
    ["verfy", "verify"],
    ["xx", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ];
  for (const [typed, meant] of cases) {
    assert.equal(nearest(typed, known), meant, typed.slice(0, 20));
  }
});

Deno.test("parseSubjectName() tells names from addresses", () => {
  // text, outcome
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["chat.example", "chat.example"],
    ["DNS:chat.example", "chat.example"],
    ["dns:*.chat.example", "*.chat.example"],
    ["IP:::1", "::1"],
    ["::1", "::1"],
    ["192.0.2.7", "192.0.2.7"],
    ["DNS:192.0.2.7", undefined],
    ["IP:chat.example", undefined],
    ["URI:x", undefined],
    ["a b", undefined],
    ["a..b", undefined],
    ["-a", undefined],
    ["a*.b", undefined],
    ["", undefined],
    ["x".repeat(64), undefined],
    ["x.".repeat(127), undefined],
  ];
  for (const [text, outcome] of cases) assert.equal(parseSubjectName(text), outcome, text);
});

Deno.test("parseEmail() and parseUsername() accept names and refuse what breaks a line", () => {
  for (const email of ["a@b", "Žofie+x@příklad.cz", `${"a".repeat(250)}@b.cz`]) {
    assert.equal(parseEmail(email), email);
  }
  for (
    const email of ["", "a", "@b", "a@", "a@b@c", "a b@c", "a|b@c", "a@b\n", `${"a".repeat(255)}@b`]
  ) {
    assert.throws(() => parseEmail(email), { code: "USAGE" }, email);
  }
  for (const name of ["a", "Alice B.", "日本", "x".repeat(64), "😀".repeat(64)]) {
    assert.equal(parseUsername(name), name);
  }
  for (const name of ["", " ", " a", "a ", "a|b", "a\tb", "a\u2028b", "a\u202eb", "x".repeat(65)]) {
    assert.throws(() => parseUsername(name), { code: "USAGE" }, name);
  }
});

Deno.test("parseEmail() and parseUsername() never accept a control character or a bar", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "@", "|", " ", "\n", "\u0000", "\u202e", "é"),
  });
  fc.assert(fc.property(text, (candidate) => {
    for (const parse of [parseEmail, parseUsername]) {
      try {
        assert.doesNotMatch(parse(candidate), /[|\p{Cc}\u202e]/u);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "USAGE");
      }
    }
  }));
});
