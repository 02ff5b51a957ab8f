import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";

// what is typed, what the error says
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["connect --protocol 1 --room pumps", /--room is an option of protocol 2 alone/],
  ["connect --protocol 1 --history 3", /--history is an option of protocol 2 alone/],
  ["connect --protocol 1 --explain", /--explain is an option of protocol 2 alone/],
  ["connect --register --username al", /--username .* protocol 1 alone; .*the certificate's/],
  ["connect --keep-session-key", /--keep-session-key .* protocol 1 alone; .*holds the words/],
  ["connect --salts x.json", /--salts is an option of protocol 1 alone/],
  ["serve --protocol 2 --relay", /--relay is an option of protocol 1 alone/],
  ["serve --protocol 2 --keep-session-key", /--keep-session-key is an option of protocol 1 alone/],
  ["serve --protocol 1 --room pumps", /--room is an option of protocol 2 alone/],
  ["serve --protocol 1 --sign-in certificate", /--sign-in is an option of protocol 2 alone/],
];

for (const [typed, wanted] of REFUSED) {
  Deno.test(`securechat ${typed} is wrong use, found before anything is read`, async () => {
    const io = memoryIo();
    assert.equal(await main(typed.split(" "), io), 2);
    assert.match(io.stderr(), wanted);
  });
}
