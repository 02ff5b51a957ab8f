/** Reports of a room's files. */

import assert from "node:assert/strict";
import { sha256 } from "../../../src/crypto/digest.ts";
import { main } from "../../../src/main.ts";
import { ca2, identity2, NOW_MS, SERVER2_NAME } from "../../testkit/identities2.ts";
import { memoryIo } from "../../testkit/memory_io.ts";
import { HOSTILE_WORDS, hostileRoom, linesOf, reportOf } from "../../testkit/report_pages.ts";
import { smallTalk } from "../../testkit/room_files.ts";
import { ownCrl } from "../../testkit/crl.ts";
import { SeededRandom } from "../../testkit/seeded_random.ts";
import { inTempFolder } from "../../testkit/temp_folder.ts";

async function talk() {
  const random = new SeededRandom("page");
  const people = {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
  return { people, ...await smallTalk(people, { random: (length) => random.bytes(length) }) };
}

/** What every page is, whatever it says. */
function assertInert(html: string): void {
  assert.doesNotMatch(html, /<script|<img|<link|<iframe|<object|<svg|javascript:|@import|url\(/i);
  assert.doesNotMatch(html, /<[^>]+\s(?:src|on\w+|style|action|srcset|poster)\s*=/i);
  for (const [, target] of html.matchAll(/<[^>]+\shref="([^"]*)"/g)) {
    assert.match(target ?? "", /^#/);
  }
  assert.match(
    html,
    /^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/,
  );
  assert.equal(html.match(/<style>/g)?.length, 1);
  assert.equal(html.match(/<h1>/g)?.length, 1);
}

Deno.test("the page of a hostile room is inert, and shows every word of it", async () => {
  await inTempFolder(async (folder) => {
    const { html, status } = await reportOf(folder, { bytes: linesOf(await hostileRoom()) });
    assert.equal(status, 3);
    assertInert(html);
    assert.ok(html.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert.ok(html.includes('<span class="esc">\\u{202e}</span>evil'));
    assert.ok(html.includes('nul <span class="esc">\\u{0}</span>'));
    assert.equal(
      html.match(/<td role="cell" class="kind">said/g)?.length,
      HOSTILE_WORDS.length + 1,
    );
  });
});

Deno.test("the page's policy allows the style sheet that it has, and nothing else", async () => {
  await inTempFolder(async (folder) => {
    const { html } = await reportOf(folder, { bytes: "" });
    const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? "";
    const policy = /Policy" content="([^"]*)"/.exec(html)?.[1];
    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${
        sha256(style).toBase64()
      }'; base-uri 'none'; form-action 'none'`,
    );
  });
});

Deno.test("the page tells verdict, people, conversation, sessions and how to check it oneself", async () => {
  await inTempFolder(async (folder) => {
    const { alice, people } = await talk();
    const bytes = linesOf(alice);
    const { html, status, stdout, stderr } = await reportOf(folder, { bytes });
    assert.equal(status, 0);
    assertInert(html);
    assert.match(html, /<title>VALID: talk\.jsonl - /);
    assert.match(html, /<h2 id="verdict">.*<\/span>VALID<\/h2>/);
    for (const { fingerprint } of Object.values(people)) {
      assert.ok(html.replaceAll("<wbr>", "").includes(fingerprint));
    }
    assert.match(html, /has signed over<\/dt>\n<dd>all entries up to number 10</i);
    assert.match(html, /<div class="words" dir="auto">is the pump off\?<\/div>/);
    assert.match(html, /<h2 id="sessions">/);
    assert.match(html, /<b>Revocation\.<\/b> No revocation list \(CRL\) was given/);
    const flat = html.replaceAll("<wbr>", "");
    assert.ok(flat.includes(sha256(bytes).toHex()), "the file's hash");
    assert.ok(flat.includes((await ca2()).certificate.fingerprint), "the CA's");
    assert.ok(
      html.includes(`securechat verify ${folder}/talk.jsonl --ca ${folder}/ca-cert.pem</code>`),
    );
    assert.match(stdout(), /talk\.jsonl: VALID, 11 entries/, "the usual report");
    assert.match(stderr(), /wrote .*report\.html \(mode 0600\)/);
  });
});

Deno.test("the page of an open file marks entries that no head is over, and says why it is open", async () => {
  await inTempFolder(async (folder) => {
    const { html, status } = await reportOf(folder, {
      bytes: linesOf((await talk()).alice.slice(0, 9)),
    });
    assert.equal(status, 3);
    assert.match(html, /<\/span>VALID SO FAR<\/h2>/);
    assert.match(html, /Why it is VALID SO FAR and not VALID/);
    assert.match(html, /<li>the file has no end line<\/li>/);
    const [signed = "", tail = ""] = html.split("From here on no signature of the server");
    assert.match(signed, /is the pump off\?/);
    assert.match(tail, /class="tail"[^]*maintenance at noon/);
    assert.doesNotMatch(signed, /class="tail"/);
  });
});

Deno.test("the page of a bad file names line and code first, and shows nothing behind it", async () => {
  await inTempFolder(async (folder) => {
    const { alice } = await talk();
    const bytes = linesOf(alice.with(7, `${alice[7]} `));
    const { html, status } = await reportOf(folder, { bytes });
    assert.equal(status, 1);
    assertInert(html);
    assert.match(html, /<\/span>INVALID<\/h2>\n<p class="lead">.*first at line 8: <b>FORMAT<\/b>/);
    assert.match(html, /Line 8 is wrong/);
    assert.doesNotMatch(html, /hello\?/);
    assert.ok(html.replaceAll("<wbr>", "").includes(sha256(bytes).toHex()), "of the whole file");
  });
});

Deno.test("the page of what is no transcript is a page all the same", async () => {
  await inTempFolder(async (folder) => {
    for (
      const bytes of ["", "{}\n", "<script>\n", "\0\n", '{"a":1,"type":"transcript","version":9}\n']
    ) {
      const { html, status } = await reportOf(folder, { bytes });
      assert.equal(status, 1);
      assertInert(html);
      assert.match(html, /<\/span>INVALID<\/h2>/);
    }
  });
});

Deno.test("the page tells revocation, and expectations that do not hold", async () => {
  await inTempFolder(async (folder) => {
    const { alice, people } = await talk();
    const revoked = [{ certificate: people.bob.leaf, ms: NOW_MS + 3_600_000 }];
    const { pem } = await ownCrl({ ca: await ca2(), atMs: NOW_MS + 86_400_000, revoked });
    await Deno.writeTextFile(`${folder}/list.pem`, pem);
    const args = ["--crl", `${folder}/list.pem`, "--expect-author", "<mallory>"];
    const { html, status } = await reportOf(folder, { bytes: linesOf(alice), args });
    assert.equal(status, 1);
    assert.match(html, /NOT AS EXPECTED/);
    assert.match(html, /no entry is signed by &lt;mallory&gt;/);
    assert.match(
      html,
      /revoked<\/b> <time[^>]*><span>2026-06-01<\/span> 01:00:00<\/time> \(superseded\)/,
    );
    assert.match(html, /not revoked, by list number/);
    assert.doesNotMatch(html, /No revocation list/);
  });
});

Deno.test("the page of a proof shows its entry alone", async () => {
  await inTempFolder(async (folder) => {
    await reportOf(folder, { bytes: linesOf(await hostileRoom()) });
    const io = memoryIo();
    const file = [`${folder}/talk.jsonl`, "--ca", `${folder}/ca-cert.pem`];
    assert.equal(await main(["verify", ...file, "--prove", "2"], io), 0);
    const { html, status } = await reportOf(folder, { bytes: io.stdout() });
    assert.equal(status, 0);
    assertInert(html);
    assert.match(html, /alert\(1\)&lt;\/script&gt;/);
    assert.doesNotMatch(html, /under no head/);
  });
});
