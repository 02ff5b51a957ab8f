import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { certificatePem } from "../../src/pki/certificate.ts";
import { encodePem } from "../../src/pki/pem.ts";
import type { RevocationReason } from "../../src/pki/revocation_reason.ts";
import { ownCrl } from "../testkit/crl.ts";
import { type MemoryIo, memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import {
  buildTranscript,
  cast,
  FIRST_ENTRY_LINE,
  SESSION_MS,
} from "../testkit/transcript_builder.ts";

const DAY_MS = 86_400_000;
const LIST_MS = SESSION_MS + DAY_MS;

interface Desk {
  readonly folder: string;
  /** Writes a list of the team's CA that revokes alice so long after the session began. */
  list(name: string, afterMs: number, reason?: RevocationReason): Promise<string>;
  /** Runs `verify` a week after the session. */
  verify(...args: readonly string[]): Promise<MemoryIo & { readonly status: number }>;
}

async function atDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const { ca, alice, issuers } = await cast();
  await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca-cert.pem`, certificatePem(ca));
    await Deno.writeTextFile(`${folder}/x.transcript`, await buildTranscript());
    await work({
      folder,
      list: async (name, afterMs, reason = "superseded") => {
        const revoked = [{ certificate: alice.certificate, ms: SESSION_MS + afterMs, reason }];
        const path = `${folder}/${name}`;
        const { pem } = await ownCrl({ ca: issuers.team, atMs: LIST_MS, revoked });
        await Deno.writeTextFile(path, pem);
        return path;
      },
      verify: async (...args) => {
        const io = memoryIo({ nowMs: SESSION_MS + 7 * DAY_MS });
        const files = ["--ca", `${folder}/ca-cert.pem`, `${folder}/x.transcript`];
        return { ...io, status: await main(["verify", ...files, ...args], io) };
      },
    });
  });
}

Deno.test("verify says that revocation was not checked when no list is named", async () => {
  await atDesk(async ({ verify, list }) => {
    await list("ca-crl.pem", 0); // beside the CA's certificate: a list counts only when it is named
    const io = await verify();
    assert.equal(io.status, 0);
    assert.match(io.stdout(), /^ {2}revocation: not checked, no --crl$/m);
    const { revocation, parties } = JSON.parse((await verify("--json")).stdout());
    assert.deepEqual(revocation, { checked: false, lists: [] });
    assert.equal(parties[0].revoked, null);
    assert.equal(parties[0].revocation, "unchecked");
  });
});

Deno.test("verify --ca takes the certificates of several CAs in one file", async () => {
  const { ca, strangerCa } = await cast();
  await atDesk(async ({ folder, verify, list }) => {
    const crl = await list("list.pem", 3_600_000);
    await Deno.writeTextFile(
      `${folder}/ca-cert.pem`,
      certificatePem(strangerCa) + certificatePem(ca),
    );
    const io = await verify("--crl", crl);
    assert.equal(io.status, 0, io.stdout() + io.stderr());
    assert.match(io.stdout(), /x\.transcript: VALID/);
    await Deno.writeTextFile(`${folder}/ca-cert.pem`, certificatePem(strangerCa));
    assert.equal((await verify()).status, 1);
  });
});

Deno.test("verify --crl tells the list and a later revocation, and the verdict stays VALID", async () => {
  await atDesk(async ({ verify, list }) => {
    const crl = await list("list.pem", 3_600_000);
    const io = await verify("--crl", crl);
    assert.equal(io.status, 0, io.stdout());
    assert.match(
      io.stdout(),
      /^ {2}revocation: .*list\.pem of "CN=Team CA", number \d+, 1 entry, made 2026-11-24T12:00:00\.000Z$/m,
    );
    assert.match(io.stdout(), /^ {10}revoked 2026-11-23T13:00:00\.000Z \(superseded\)$/m);
    assert.match(io.stdout(), /^ {10}not revoked, by the list of 2026-/m);
    assert.doesNotMatch(io.stdout(), /was due|warning/);
    const { revocation, parties, verdict } = JSON.parse(
      (await verify("--json", "--crl", crl)).stdout(),
    );
    assert.equal(verdict, "VALID");
    assert.deepEqual({ ...revocation.lists[0], number: 0 }, {
      file: crl,
      issuer: "CN=Team CA",
      number: 0,
      thisUpdate: "2026-11-24T12:00:00.000Z",
      nextUpdate: "2026-12-24T12:00:00.000Z",
      entries: 1,
    });
    assert.match(revocation.lists[0].number, /^\d+$/);
    assert.equal(revocation.checked, true);
    assert.deepEqual(parties[0].revoked, {
      time: "2026-11-23T13:00:00.000Z",
      reason: "superseded",
    });
    const states = parties.map(({ revocation }: { revocation: string }) => revocation);
    assert.deepEqual(states, ["revoked", "good"]);
    assert.equal(parties[1].revoked, null);
  });
});

Deno.test("verify --crl refuses what a side signed since it was revoked, with 1", async () => {
  await atDesk(async ({ verify, list }) => {
    const crl = await list("list.pem", 1500, "key-compromise");
    const io = await verify("--crl", crl);
    assert.equal(io.status, 1);
    const line = FIRST_ENTRY_LINE + 1; // of 12:00:01, the second of the revocation
    assert.match(
      io.stdout(),
      new RegExp(
        `INVALID at line ${line}: \\[REVOKED\\] .*"alice" was revoked 2026-11-23T12:00:01.000Z ` +
          String.raw`\(key-compromise\), and this is of 2026-11-23T12:00:01.000Z`,
      ),
    );
    assert.match(io.stdout(), /warning: the key of "alice".*its author's own claim/);
    const { firstError } = JSON.parse((await verify("--json", "--crl", crl)).stdout());
    assert.deepEqual([firstError.line, firstError.code], [line, "REVOKED"]);
  });
});

Deno.test("verify --crl takes a list whose next one was due long ago, and says so", async () => {
  await atDesk(async ({ folder, list }) => {
    const crl = await list("list.pem", 3_600_000);
    const io = memoryIo({ nowMs: SESSION_MS + 1000 * DAY_MS });
    const files = ["--ca", `${folder}/ca-cert.pem`, "--crl", crl, `${folder}/x.transcript`];
    assert.equal(await main(["verify", ...files], io), 0);
    assert.match(io.stdout(), /a newer one was due 2026-12-24T12:00:00\.000Z; about what is older/);
  });
});

Deno.test("verify --crl warns of a list that is older than the session", async () => {
  await atDesk(async ({ folder, verify }) => {
    const { issuers } = await cast();
    const { pem } = await ownCrl({ ca: issuers.team, atMs: SESSION_MS - DAY_MS });
    await Deno.writeTextFile(`${folder}/old.pem`, pem);
    const io = await verify("--crl", `${folder}/old.pem`);
    assert.equal(io.status, 0);
    assert.match(io.stdout(), /warning: the revocation list is older than the session/);
  });
});

Deno.test("verify --crl may be repeated, and a file may hold several lists", async () => {
  await atDesk(async ({ folder, verify, list }) => {
    const [late, early] = [await list("a.pem", 3_600_000), await list("b.pem", 2000)];
    assert.equal((await verify("--crl", late)).status, 0);
    assert.equal((await verify("--crl", late, "--crl", early)).status, 1);
    const both = `${folder}/both.pem`;
    await Deno.writeTextFile(both, await Deno.readTextFile(late) + await Deno.readTextFile(early));
    const io = await verify("--crl", both);
    assert.equal(io.status, 1);
    assert.equal(io.stdout().match(/^ {2}revocation: /gm)?.length, 2);
  });
});

Deno.test("verify refuses to begin with a list that it cannot use", async () => {
  await atDesk(async ({ folder, verify, list }) => {
    const { issuers, ca } = await cast();
    const good = await list("list.pem", 0);
    const stranger = await ownCrl({ ca: issuers.stranger, atMs: LIST_MS });
    const { der } = await ownCrl({ ca: issuers.team, atMs: LIST_MS });
    const forged = der.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    // name, what is in it, what is said, the status
    const cases: readonly (readonly [string, string, RegExp, number])[] = [
      ["stranger.pem", stranger.pem, /\[BAD_CERT\].*stranger\.pem.*names "CN=Stranger CA"/, 1],
      ["forged.pem", encodePem("X509 CRL", forged), /\[BAD_CERT\].*not signed by a CA/, 1],
      ["cut.pem", encodePem("X509 CRL", der.subarray(0, 99)), /\[FORMAT\].*cut\.pem/, 1],
      ["ca.pem", certificatePem(ca), /\[FORMAT\].*0 PEM blocks of type X509 CRL/, 1],
      ["empty.pem", "", /\[FORMAT\]/, 1],
      ["big.pem", "x".repeat(7_000_000), /\[FILE\].*too large/, 1],
    ];
    for (const [name, text, said, status] of cases) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      const io = await verify("--crl", good, "--crl", `${folder}/${name}`);
      assert.equal(io.status, status, name);
      assert.match(io.stderr(), said);
      assert.match(io.stderr(), /^securechat: hint: /m);
      assert.equal(io.stdout(), "", `${name}: no verdict`);
    }
    const missing = await verify("--crl", `${folder}/nowhere.pem`);
    assert.equal(missing.status, 4);
    assert.equal(missing.stdout(), "");
  });
});
