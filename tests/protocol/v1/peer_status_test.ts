import assert from "node:assert/strict";
import { ERRORS } from "../../../src/errors.ts";
import { peerRefusal } from "../../../src/protocol/v1/peer_status.ts";

const MEANING = { code: "SIGN_IN", hint: "try another password" } as const;

Deno.test("peerRefusal() says that it is this side's certificate that is refused or revoked", () => {
  for (
    const [code, status, message] of [
      ["BAD_CERT", "error", "BAD_CERT: it was revoked 2026-11-23T12:00:00.000Z (superseded)"],
      ["REVOKED", "REVOKED", ""],
    ] as const
  ) {
    const error = peerRefusal({ type: "status", status, message }, MEANING);
    assert.equal(error.code, code);
    assert.match(error.hint, /^it is this side's certificate that is re.*securechat cert request$/);
  }
});

Deno.test("peerRefusal() keeps the table's hint, or the caller's, for other reasons", () => {
  const busy = peerRefusal({ type: "status", status: "BUSY", message: "later" }, MEANING);
  assert.deepEqual([busy.code, busy.hint], ["BUSY", ERRORS.BUSY.hint]);
  const version = peerRefusal({ type: "status", status: "VERSION", message: "VERSION" }, MEANING);
  assert.equal(version.code, "VERSION");
  const other = peerRefusal({ type: "status", status: "error", message: "no" }, MEANING);
  assert.deepEqual([other.code, other.hint], ["SIGN_IN", "try another password"]);
});
