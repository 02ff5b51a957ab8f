/**
 * Reports of `securechat verify --html` as a real browser shows and prints them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { dumpDom, edgeBrightness, printPdf } from "../testkit/chromium.ts";
import { needs } from "../testkit/needs.ts";
import {
  HOSTILE_NAME,
  HOSTILE_WORDS,
  hostileRoom,
  linesOf,
  reportOf,
} from "../testkit/report_pages.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import { identity2, SERVER2_NAME } from "../testkit/identities2.ts";
import { smallTalk } from "../testkit/room_files.ts";
import { SeededRandom } from "../testkit/seeded_random.ts";

async function goodLines(): Promise<readonly string[]> {
  const random = new SeededRandom("chromium");
  const people = {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
  return (await smallTalk(people, { random: (length) => random.bytes(length) })).alice;
}

/** A page of each verdict, in a folder of its own. */
async function withPages(
  work: (pages: readonly (readonly [string, string])[]) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    const good = await goodLines();
    const files = {
      "VALID": good,
      "VALID SO FAR": await hostileRoom(),
      "INVALID": good.with(7, `${good[7]} `),
    };
    const pages: (readonly [string, string])[] = [];
    for (const [verdict, lines] of Object.entries(files)) {
      const place = `${folder}/${verdict.toLowerCase().replaceAll(" ", "-")}`;
      await Deno.mkdir(place);
      await reportOf(place, { bytes: linesOf(lines) });
      pages.push([verdict, `${place}/report.html`]);
    }
    await work(pages);
  });
}

/** What of a serialised page is text. */
function textOf(dom: string): string {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", nbsp: "\u00a0" };
  return dom.replace(/<style>[^]*?<\/style>/, "").replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(lt|gt|amp|nbsp);/g, (_, entity: string) => entities[entity] ?? "");
}

needs(
  "chromium",
  "Chromium shows each verdict in words, in the heading of its section",
  async () => {
    await withPages(async (pages) => {
      for (const [verdict, path] of pages) {
        const dom = await dumpDom(path);
        const heading = /<h2 id="verdict">([^]*?)<\/h2>/.exec(dom)?.[1] ?? "";
        assert.equal(textOf(heading).slice(1), verdict);
        assert.match(dom, new RegExp(`<title>${verdict}: talk\\.jsonl`));
      }
    });
  },
);

needs("chromium", "Chromium finds hostile words and names to be text alone", async () => {
  await withPages(async (pages) => {
    const [, path = ""] = pages.find(([verdict]) => verdict === "VALID SO FAR") ?? [];
    const dom = await dumpDom(path);
    const elements = new Set([...dom.matchAll(/<([a-z][a-z0-9]*)[\s>]/g)].map(([, name]) => name));
    for (const name of ["script", "img", "iframe", "link", "object", "svg", "form"]) {
      assert.ok(!elements.has(name), name);
    }
    assert.equal(dom.match(/<h1>/g)?.length, 1);
    assert.equal(dom.match(/<style>/g)?.length, 1);
    const text = textOf(dom);
    assert.ok(text.includes(HOSTILE_NAME));
    for (const words of HOSTILE_WORDS.slice(0, 7)) assert.ok(text.includes(words), words);
    assert.ok(text.includes("\\u{202e}evil\\u{202c}"));
    assert.ok(text.includes("nul \\u{0} escape \\u{1b}[2J line\\u{a}break\\u{2028}"));
  });
});

needs(
  "chromium",
  "Chromium draws each page light or dark as its reader's screen is, and narrow too",
  async () => {
    await withPages(async (pages) => {
      for (const [verdict, path] of pages) {
        const light = await edgeBrightness(path, { theme: "light", width: 1100 });
        const dark = await edgeBrightness(path, { theme: "dark", width: 400 });
        assert.ok(light > 230, `${verdict}: ${light}`);
        assert.ok(dark < 60, `${verdict}: ${dark}`);
      }
    });
  },
);

needs("chromium", "Chromium prints each page on a few sheets", async () => {
  await withPages(async (pages) => {
    for (const [verdict, path] of pages) {
      const pdf = await printPdf(path);
      assert.match(pdf, /^%PDF-/);
      const sheets = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
      assert.ok(sheets >= 2 && sheets <= 10, `${verdict}: ${sheets}`);
    }
  });
});
