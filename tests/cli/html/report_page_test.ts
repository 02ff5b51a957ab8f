/** Where a report goes, and what is left behind. */

import assert from "node:assert/strict";
import { type CheckFacts, LISTED_MAX } from "../../../src/cli/html/content.ts";
import { ReportPage } from "../../../src/cli/html/report_page.ts";
import { main } from "../../../src/main.ts";
import { certificatePem } from "../../../src/pki/certificate.ts";
import type { RoomEntry, RoomReport } from "../../../src/transcript/v2/room_report.ts";
import { ca2 } from "../../testkit/identities2.ts";
import { memoryIo } from "../../testkit/memory_io.ts";
import { hostileRoom, linesOf } from "../../testkit/report_pages.ts";
import { inTempFolder } from "../../testkit/temp_folder.ts";

type Verify = (...args: string[]) => Promise<{ status: number; stderr: string }>;

async function withTalk(work: (folder: string, verify: Verify) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem((await ca2()).certificate));
    await Deno.writeFile(`${folder}/talk.jsonl`, linesOf(await hostileRoom()));
    await work(folder, async (...args) => {
      const io = memoryIo();
      const status = await main(["verify", "--ca", `${folder}/ca.pem`, ...args], io);
      return { status, stderr: io.stderr() };
    });
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("verify --html writes one file of mode 0600, and no other is left", async () => {
  await withTalk(async (folder, verify) => {
    const { status } = await verify(`${folder}/talk.jsonl`, "--html", `${folder}/r.html`);
    assert.equal(status, 3);
    assert.deepEqual(await namesIn(folder), ["ca.pem", "r.html", "talk.jsonl"]);
    assert.equal(((await Deno.stat(`${folder}/r.html`)).mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("verify --html keeps a file that is there, and replaces it with --force", async () => {
  await withTalk(async (folder, verify) => {
    const page = `${folder}/r.html`;
    await Deno.writeTextFile(page, "old");
    const kept = await verify(`${folder}/talk.jsonl`, "--html", page);
    assert.equal(kept.status, 1);
    assert.match(kept.stderr, /\[EXISTS\]/);
    assert.equal(await Deno.readTextFile(page), "old");
    assert.equal((await verify(`${folder}/talk.jsonl`, "--html", page, "--force")).status, 3);
    assert.match(await Deno.readTextFile(page), /VALID SO FAR/);
    assert.deepEqual(await namesIn(folder), ["ca.pem", "r.html", "talk.jsonl"]);
  });
});

Deno.test("verify --html --force never replaces a file that is read, nor what is no file", async () => {
  await withTalk(async (folder, verify) => {
    const talk = `${folder}/talk.jsonl`;
    await Deno.symlink("talk.jsonl", `${folder}/link`);
    for (const page of ["talk.jsonl", "ca.pem", "./talk.jsonl", "link"]) {
      const { status, stderr } = await verify(talk, "--html", `${folder}/${page}`, "--force");
      assert.equal(status, 2, page);
      assert.match(stderr, /\[USAGE\]/);
    }
    assert.match((await verify(talk, "--html", folder, "--force")).stderr, /\[FILE\]/);
    assert.match((await verify(talk, "--html", `${folder}/none/r.html`)).stderr, /\[FILE\]/);
  });
});

Deno.test("verify --html is for one file, alone, and --force for --html", async () => {
  await withTalk(async (folder, verify) => {
    const [talk, page] = [`${folder}/talk.jsonl`, `${folder}/r.html`];
    const wrong = [
      [talk, talk, "--html", page],
      [folder, "--html", page],
      [talk, "--html", page, "--prove", "1"],
      [talk, "--html", "-"],
      [talk, "--force"],
    ];
    for (const args of wrong) assert.equal((await verify(...args)).status, 2, args.join(" "));
    assert.deepEqual(await namesIn(folder), ["ca.pem", "talk.jsonl"]);
  });
});

Deno.test("verify --html writes no page of a file that is not there", async () => {
  await withTalk(async (folder, verify) => {
    assert.equal((await verify(`${folder}/none.jsonl`, "--html", `${folder}/r.html`)).status, 4);
    assert.deepEqual(await namesIn(folder), ["ca.pem", "talk.jsonl"]);
  });
});

Deno.test("verify --html leaves nothing when it is stopped", async () => {
  await withTalk(async (folder) => {
    const io = memoryIo({ stop: AbortSignal.abort(new DOMException("stopped", "AbortError")) });
    const files = [
      `${folder}/talk.jsonl`,
      "--ca",
      `${folder}/ca.pem`,
      "--html",
      `${folder}/r.html`,
    ];
    await main(["verify", ...files], io).catch(() => {});
    assert.deepEqual(await namesIn(folder), ["ca.pem", "talk.jsonl"]);
  });
});

const ENTRY: RoomEntry = {
  ...{ line: 1, index: 0, kind: "say", author: "alice", fingerprint: "", seq: 1, session: "" },
  ...{ ts: 0, placedMs: 0, isHeaded: true, text: "words" },
};

const REPORT: RoomReport = {
  ...{ verdict: "VALID", role: "client", room: "", log: "", session: "", from: 0, headed: 0 },
  ...{ size: 0, parties: [], sessions: [], missing: [], findings: [] },
};

async function longPage(path: string, isLong: boolean): Promise<string> {
  const { certificate } = await ca2();
  const check: CheckFacts = {
    ...{ file: "f", command: "c", insecure: [], atMs: 0, caPath: "ca", anchors: [certificate] },
    ...{ expected: { authors: [] }, hasSessionKey: false, isLong },
  };
  const { signal } = new AbortController();
  await using page = await ReportPage.open({ path, replace: true, check, signal });
  await Array.fromAsync(page.watch((async function* () {})()));
  for (let index = 0; index < LISTED_MAX + 1234; index++) page.entry({ ...ENTRY, index });
  await page.room(REPORT, []);
  return await Deno.readTextFile(path);
}

Deno.test("ReportPage lists 5,000 entries and says how many it leaves out, or all", async () => {
  await inTempFolder(async (folder) => {
    const countOf = (html: string) => html.match(/>words</g)?.length;
    const short = await longPage(`${folder}/short.html`, false);
    assert.equal(countOf(short), 5000);
    assert.match(short, /<b>1,234 more entries are left out of this page\.<\/b>/);
    const long = await longPage(`${folder}/long.html`, true);
    assert.equal(countOf(long), 6234);
    assert.doesNotMatch(long, /left out/);
    assert.deepEqual(await namesIn(folder), ["long.html", "short.html"]);
  });
});

Deno.test("ReportPage keeps a file that has come there meanwhile", async () => {
  await inTempFolder(async (folder) => {
    const path = `${folder}/r.html`;
    const { certificate } = await ca2();
    const check: CheckFacts = {
      ...{ file: "f", command: "c", insecure: [], atMs: 0, caPath: "ca", anchors: [certificate] },
      ...{ expected: { authors: [] }, hasSessionKey: false, isLong: false },
    };
    const { signal } = new AbortController();
    await using page = await ReportPage.open({ path, replace: false, check, signal });
    page.watch((async function* () {})());
    await Deno.writeTextFile(path, "somebody else's");
    await assert.rejects(page.room(REPORT, []), { code: "EXISTS" });
    assert.equal(await Deno.readTextFile(path), "somebody else's");
    assert.equal(page.isWritten, false);
  });
});
