/** Reports of protocol 1's files. */

import assert from "node:assert/strict";
import { certificatePem } from "../../../src/pki/certificate.ts";
import { encodeSessionKey } from "../../../src/transcript/v1/session_key.ts";
import { reportOf } from "../../testkit/report_pages.ts";
import { inTempFolder } from "../../testkit/temp_folder.ts";
import {
  buildTranscript,
  cast,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  type Saying,
  SESSION_KEY,
} from "../../testkit/transcript_builder.ts";

const SAYINGS: readonly Saying[] = [
  { author: "server", text: "welcome" },
  { author: "client", text: `<script>alert("1")</script>\u202e` },
  { author: "client", text: "after a gap", seqno: 4 },
];

async function pageOf(bytes: string, ...args: string[]) {
  return await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/team.pem`, certificatePem((await cast()).ca));
    await Deno.writeTextFile(`${folder}/key`, encodeSessionKey(SESSION_KEY));
    const named = args.map((arg) => arg === "KEY" ? `${folder}/key` : arg);
    return await reportOf(folder, { bytes, args: ["--ca", `${folder}/team.pem`, ...named] });
  });
}

Deno.test("the page of a session tells both sides, receipts and the gap; words only with the key", async () => {
  const { html, status } = await pageOf(await buildTranscript({ sayings: SAYINGS }));
  assert.equal(status, 0);
  assert.match(html, /<\/span>VALID<\/h2>/);
  assert.match(html, /<bdi>alice<\/bdi> <span>client, whose file this is<\/span>/);
  assert.match(html, /<bdi>chat\.example<\/bdi> <span>server<\/span>/);
  assert.match(html, /<dt>Receipt<\/dt>\n<dd>line \d+, numbers 1 to 4: good/);
  assert.match(html, /class="line loose">\s*<td[^>]*>numbers 2 to 3 of the client is missing/);
  assert.match(html, /encrypted, not opened/);
  assert.match(html, /<b>The words\.<\/b> They are encrypted, and no session key was given/);
  assert.doesNotMatch(html, /welcome/);
});

Deno.test("the page of a session shows its words with --session-key, as text", async () => {
  const { html } = await pageOf(
    await buildTranscript({ sayings: SAYINGS }),
    "--session-key",
    "KEY",
  );
  assert.match(html, /<div class="words" dir="auto">welcome<\/div>/);
  assert.match(
    html,
    /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;<span class="esc">\\u\{202e\}<\/span>/,
  );
  assert.doesNotMatch(html, /<script/);
  assert.doesNotMatch(html, /<b>The words\.<\/b>/);
});

Deno.test("the page of a session without receipt says that nobody has signed that it is all", async () => {
  const good = await buildTranscript();
  const { html, status } = await pageOf(good.slice(0, good.indexOf("# Session Receipt")));
  assert.equal(status, 3);
  assert.match(html, /<\/span>INCOMPLETE<\/h2>/);
  assert.match(
    html,
    /class="line loose">\s*<td[^>]*>No receipt: nobody has signed that this is all/,
  );
});

Deno.test("the page of a changed session names every finding and marks the entry", async () => {
  const good = await buildTranscript();
  const bad = editLine(good, FIRST + 1, (line) => editField(line, 1, (ts) => `${ts}0`));
  const { html, status } = await pageOf(bad);
  assert.equal(status, 1);
  assert.match(html, /first at line 10: <b>SIG_FAIL<\/b>/);
  assert.match(html, /class="wrong">[^]*?<b>SIG_FAIL<\/b> neither side&#39;s key/);
  assert.ok((html.match(/<b class="fault">(SIG_FAIL|FORMAT)<\/b>/g)?.length ?? 0) >= 3);
});

Deno.test("the page repeats an option that makes the verdict worth less", async () => {
  const good = await buildTranscript();
  const plain = await pageOf(good);
  assert.doesNotMatch(plain.html, /Checked with/);
  const { html } = await pageOf(good, "--insecure-at", "2026-11-23T12:00Z");
  assert.match(
    html,
    /<div class="alert" role="note">\s*<p><b>Checked with <code>--insecure-at 2026-11-23T12:00Z<\/code>/,
  );
  assert.match(html, /Every certificate was judged as if everything had been signed at <time/);
});
