import assert from "node:assert/strict";
import { parseServerAddress } from "../../src/cli/server_address.ts";

// text, host, port
const ACCEPTED: readonly (readonly [string, string, string])[] = [
  ["chat.example", "chat.example", ""],
  ["chat.example:5555", "chat.example", "5555"],
  ["127.0.0.1:1", "127.0.0.1", "1"],
  ["[::1]", "::1", ""],
  ["[2001:db8::1]:5555", "2001:db8::1", "5555"],
  ["[::ffff:192.0.2.1]:1", "::ffff:192.0.2.1", "1"],
];

for (const [text, host, port] of ACCEPTED) {
  Deno.test(`parseServerAddress() accepts ${text}`, () => {
    assert.deepEqual(parseServerAddress(text, "x"), { host, port });
  });
}

Deno.test("parseServerAddress() refuses everything else with USAGE", () => {
  const refused = ["", ":5555", "host:", "host:port", "a b:1", "::1", "[::1", "[host]:1", "h:1:2"];
  for (const text of [...refused, "host:123456", "host:1\n"]) {
    assert.throws(() => parseServerAddress(text, "x"), { code: "USAGE" }, text);
  }
});
