import assert from "node:assert/strict";
import type { RevocationList, RevocationLists } from "../../src/pki/revocation_lists.ts";
import {
  type RevocableParty,
  revocationJson,
  revocationPhrase,
  revocationState,
} from "../../src/cli/revocation_state.ts";
import { transcriptRoot } from "../testkit/transcript_keys.ts";

const LIST: RevocationList = {
  ...{ source: "crl.pem", issuer: "CN=Team CA", number: 7n, entries: 1 },
  ...{ thisUpdateMs: Date.UTC(2026, 5, 1), nextUpdateMs: Date.UTC(2026, 6, 1) },
};

/** Lists that do not have the certificate, and one of its CA or none. */
function lists(newest: RevocationList | undefined): RevocationLists {
  return { lists: [LIST], of: () => undefined, newestFor: () => newest };
}

const certificate = transcriptRoot();
const revocation = { revokedMs: Date.UTC(2026, 4, 1), reason: "superseded" } as const;

Deno.test("revocationState() tells good, unknown and unchecked by the lists that were given", () => {
  const kindOf = (party: RevocableParty, given?: RevocationLists) =>
    revocationState(party, given).kind;
  assert.equal(kindOf({ certificate }), "unchecked");
  assert.equal(kindOf({ certificate }, lists(undefined)), "unknown");
  assert.equal(kindOf({}, lists(LIST)), "unknown");
  assert.equal(kindOf({ certificate }, lists(LIST)), "good");
});

Deno.test("revocationState() calls whoever's chain is revoked so, whatever the leaf's list lacks", () => {
  // With protocol 2 the revocation may be that of a CA between the leaf and the root.
  for (const newest of [LIST, undefined]) {
    const party = { certificate, revocation };
    assert.equal(revocationState(party, lists(newest)).kind, "revoked");
    assert.equal(
      revocationPhrase(party, lists(newest)),
      "revoked 2026-05-01T00:00:00.000Z (superseded)",
    );
    assert.deepEqual(revocationJson(party, lists(newest)), {
      revoked: { time: "2026-05-01T00:00:00.000Z", reason: "superseded" },
      revocation: "revoked",
      revocationAsOf: newest === undefined ? null : "2026-06-01T00:00:00.000Z",
    });
  }
});
