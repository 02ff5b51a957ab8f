import assert from "node:assert/strict";
import {
  constraintTexts,
  encodePermittedNames,
  parsePermittedName,
  type PermittedName,
} from "../../src/pki/permitted_names.ts";

function permitted(...texts: readonly string[]): readonly PermittedName[] {
  return texts.map((text) => {
    const name = parsePermittedName(text);
    assert.ok(name !== undefined, text);
    return name;
  });
}

Deno.test("constraintTexts() says what encodePermittedNames() wrote, and the machine itself", () => {
  const texts = ["chat.example", "10.0.0.0/8", "192.0.2.7", "2001:db8::/33"];
  const { permitted: shown, excluded } = constraintTexts(encodePermittedNames(permitted(...texts)));
  assert.deepEqual(shown, [
    "DNS:chat.example",
    "email:chat.example",
    "email:.chat.example",
    "IP:10.0.0.0/8",
    "IP:192.0.2.7/32",
    "IP:2001:db8::/33",
    "DNS:localhost",
    "IP:127.0.0.1/32",
    "IP:::1/128",
  ]);
  assert.deepEqual(excluded, []);
});

Deno.test("parsePermittedName() rejects what could be read in two ways", () => {
  const bad = [
    "",
    ".chat.example",
    "chat.example.",
    "*.chat.example",
    "chat example",
    "chat_1.example",
    "a@chat.example",
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0",
    "2001:db8::1/64",
    "::/129",
    "ex\u00e4mple.org",
    `${"a".repeat(64)}.example`,
  ];
  for (const text of bad) assert.equal(parsePermittedName(text), undefined, text);
});
