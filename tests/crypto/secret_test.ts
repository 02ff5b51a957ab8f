import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Secret } from "../../src/crypto/secret.ts";

const secret = new Secret(new Uint8Array([0xde, 0xad, 0xbe, 0xef]));

Deno.test("Secret shows no byte, however it is printed", () => {
  const nested = { list: [secret] };
  const texts = [
    String(secret),
    JSON.stringify(nested),
    Deno.inspect(nested),
    inspect(nested),
    Object.entries(secret).toString(),
    JSON.stringify(structuredClone({ ...secret })),
  ];
  for (const text of texts) assert.doesNotMatch(text, /222|173|dead|3q2/i, text);
});

Deno.test("Secret overwrites its bytes and cannot be used afterwards", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const gone = new Secret(bytes);
  gone.wipe();
  assert.deepEqual(bytes, new Uint8Array(3));
  assert.throws(() => gone.bytes, RangeError);
});
