import assert from "node:assert/strict";
import { sha256 } from "../../../src/crypto/digest.ts";
import { GROUP14_G, GROUP14_P, publicValue } from "../../../src/crypto/modp.ts";
import {
  agreeOnKey,
  answerShare,
  clientShareFrame,
} from "../../../src/protocol/v1/key_exchange.ts";
import { parseMessage } from "../../../src/protocol/v1/messages.ts";

function share(A: bigint, p = GROUP14_P, g = GROUP14_G) {
  return { type: "dh_client", g, p, A } as const;
}

Deno.test("answerShare() and agreeOnKey() find one key", () => {
  const client = parseMessage(clientShareFrame(12345n).subarray(4), ["dh_client"]);
  const { frame, key } = answerShare(client, 67890n);
  const { B } = parseMessage(frame.subarray(4), ["dh_server"]);
  assert.deepEqual(agreeOnKey(12345n, B), key);
  assert.equal(key.length, 16);
});

Deno.test("agreeOnKey() hashes the shared value without leading zero bytes", () => {
  // 2^3 mod p: one byte, 8
  assert.deepEqual(agreeOnKey(3n, 2n), sha256(new Uint8Array([8])).subarray(0, 16));
});

Deno.test("answerShare() refuses every group but 14, and values that fix the key", () => {
  const refused = [
    share(0n),
    share(1n),
    share(GROUP14_P - 1n),
    share(GROUP14_P + 2n),
    share(4n, GROUP14_P + 2n),
    share(4n, 0n),
    share(4n, -23n),
    share(4n, GROUP14_P, 3n),
  ];
  for (const each of refused) {
    assert.throws(() => answerShare(each, 5n), { code: "HANDSHAKE" });
  }
  assert.ok(answerShare(share(GROUP14_P - 2n), 5n));
  assert.ok(answerShare(share(publicValue(9n)), 5n));
});
