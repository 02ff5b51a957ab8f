/**
 * The page: one report as HTML, from the verdict to how to check it oneself.
 *
 * @module
 */

import type { Finding } from "../../transcript/v1/report.ts";
import { VERSION } from "../version.ts";
import { checkSection } from "./check_section.ts";
import {
  type CheckFacts,
  type Content,
  type FileFacts,
  LISTED_MAX,
  type PartyContent,
} from "./content.ts";
import {
  bullets,
  counted,
  moment,
  section,
  TABLE_END,
  tableStart,
  type Term,
  termList,
} from "./elements.ts";
import { Markup, markup, name, type Part, plain } from "./markup.ts";
import { SECURITY_POLICY, STYLE_SHEET } from "./style.ts";

/** What a page is made of. */
export interface PageParts {
  readonly content: Content;
  readonly check: CheckFacts;
  readonly file: FileFacts;
}

/** How a verdict looks: a colour, and a sign for those who see none. */
const TONES: Readonly<
  Record<Content["verdict"], { readonly tone: string; readonly mark: string }>
> = {
  "VALID": { tone: "good", mark: "✓" },
  "VALID SO FAR": { tone: "open", mark: "…" },
  "INCOMPLETE": { tone: "open", mark: "…" },
  "INVALID": { tone: "bad", mark: "✕" },
};

/**
 * Sets a report.
 *
 * @param parts What it says.
 * @returns The page in chunks, which may be written as they come.
 */
export async function* page({ content, check, file }: PageParts): AsyncGenerator<string, void> {
  yield String(pageStart(content, check));
  yield String(verdictBlock(content, check));
  yield String(factsBlock(content, { check, file }));
  yield String(findingsSection(content, check));
  yield String(partiesSection(content.parties, check));
  yield* talkSection(content);
  yield String(markup`${content.extra}`);
  yield String(scopeSection(content));
  yield String(meaningSection(content));
  yield String(checkSection(content, { check, file }));
  yield String(pageEnd(check));
}

function pageStart({ verdict, kind }: Content, { file, atMs }: CheckFacts): Markup {
  return markup`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${new Markup(SECURITY_POLICY)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <meta name="generator" content="securechat ${VERSION}">
        <title>${verdict}: ${plain(baseName(file))} - securechat verification report</title>
        <style>${new Markup(STYLE_SHEET)}</style>
      </head>
      <body>
        <header>
          <p class="over"><span>securechat verification report</span>
          <span>${wholeSecond(atMs)} UTC</span></p>
          <h1>${name(baseName(file))}</h1>
          <p>${kind}</p>
        </header>
        <main>
  `;
}

function verdictBlock(content: Content, { insecure, judgedMs }: CheckFacts): Markup {
  const { verdict, lead, more, unmet, protocol } = content;
  const { tone, mark } = TONES[verdict];
  const moments = judgedMs !== undefined && protocol === 1
    ? markup` Every certificate was judged as if everything had been signed at ${
      moment(judgedMs)
    } UTC,
not at the time that each entry tells.`
    : undefined;
  const weak = markup`
    <div class="alert" role="note">
      <p><b>Checked with ${
    insecure.map((option, index) => markup`${index === 0 ? "" : ", "}<code>${option}</code>`)
  }.</b> The verdict depends on it: without it, it may be another.${moments}</p>
    </div>
  `;
  const other = markup`
    <div class="alert" role="note"><p><b>NOT AS EXPECTED.</b> Whoever ran this check
    asked for somebody else's evidence:</p>
    ${bullets(unmet)}</div>
  `;
  return markup`<section class="verdict ${tone}" aria-labelledby="verdict">
<h2 id="verdict"><span class="mark" aria-hidden="true">${mark}</span>${verdict}</h2>
<p class="lead">${lead}</p>
${
    more === undefined ? undefined : markup`
      <p>${more}</p>
    `
  }</section>
${unmet.length === 0 ? undefined : other}${insecure.length === 0 ? undefined : weak}`;
}

function factsBlock(content: Content, { check, file }: Omit<PageParts, "content">): Markup {
  const { facts, extra } = content;
  const size: Term = ["File", markup`${name(check.file)}, ${counted(file.bytes, "byte")}`];
  const anchors = [
    ["findings", "Findings"],
    ["parties", "Who took part"],
    ["talk", "The conversation"],
    ...extra === undefined ? [] : [["sessions", "Sessions"]],
    ["scope", "What was checked"],
    ["meaning", "What it means"],
    ["check", "Check it yourself"],
  ].map(([id = "", title = ""], index) =>
    markup`${index === 0 ? "" : new Markup(" &middot; ")}<a href="#${id}">${title}</a>`
  );
  return markup`
    <div class="facts">
    ${termList([size, ...facts])}</div>
    <nav aria-label="Contents">${anchors}</nav>
  `;
}

function findingsSection({ verdict, findings, missing }: Content, { isLong }: CheckFacts): Markup {
  const title = { id: "findings", title: "Findings" };
  const isGood = findings.length === 0 && missing.length === 0;
  if (isGood) {
    return section(
      title,
      markup`
        <p>Nothing was found wrong, and nothing is missing.</p>
      `,
    );
  }
  const open = missing.length === 0 ? undefined : markup`<h3>Why it is ${verdict} and not VALID</h3>
${bullets(missing)}`;
  const listed = isLong ? findings : findings.slice(0, LISTED_MAX);
  const columns = ["Line", "Code", "What was found"];
  const start = tableStart(
    { className: "found", caption: "Findings, in the file's order" },
    columns,
  );
  const table = markup`<h3>In the order of the file</h3>
<p class="soft">An error makes the file INVALID. A warning is something to know, and does not.</p>
${start}${listed.map(findingRow)}${TABLE_END}${
    leftOut(findings.length - listed.length, "findings")
  }`;
  return section(title, markup`${open}${findings.length === 0 ? undefined : table}`);
}

function findingRow(finding: Finding): Markup {
  const code = finding.severity === "error"
    ? markup`<b class="fault">${finding.code}</b>`
    : markup`<span class="warn">warning</span>`;
  return markup`
    <tr role="row">
      <th scope="row" role="rowheader" class="code">line ${finding.line}</th>
      <td role="cell" class="code">${code}</td>
      <td role="cell" class="what">${finding.text}</td>
    </tr>
  `;
}

function partiesSection(parties: readonly PartyContent[], { isLong }: CheckFacts): Markup {
  const listed = isLong ? parties : parties.slice(0, LISTED_MAX);
  const cards = listed.map(({ name: who, role, terms }) =>
    markup`
      <article>
      <h3>${name(who)} <span>${role}</span></h3>
      ${termList(terms)}</article>
    `
  );
  const content = parties.length === 0
    ? markup`
      <p>The file shows no certificate that could be read.</p>
    `
    : markup`<p>Names are those in the certificates, for which the certificate authority answers. A
fingerprint is the SHA-256 of a certificate: no two certificates share one.</p>
${cards}${leftOut(parties.length - listed.length, "people")}`;
  return section({ id: "parties", title: "Who took part" }, content);
}

async function* talkSection({ talk }: Content): AsyncGenerator<string, void> {
  const { intro, columns, rows, isEmpty } = talk;
  yield `<section aria-labelledby="talk">\n<h2 id="talk">The conversation</h2>\n`;
  yield String(markup`
    <p>${intro}</p>
  `);
  if (isEmpty) yield "<p>There is no entry to list.</p>\n";
  else {
    yield String(tableStart({ className: "talk", caption: "Entries, in their order" }, columns));
    yield* rows;
    yield String(TABLE_END);
    yield String(markup`${leftOut(talk.leftOut, "entries")}`);
  }
  yield "</section>\n";
}

/** Said plainly: a reader must not take a part for the whole. */
function leftOut(count: number, what: string): Markup | undefined {
  if (count <= 0) return undefined;
  return markup`
    <p><b>${count.toLocaleString("en")} more ${what} are left out of this page.</b> They were
    checked like those above; <code>--entries</code> lists all.</p>
  `;
}

function scopeSection({ checked, unchecked }: Content): Markup {
  return section(
    { id: "scope", title: "What was checked, and what was not" },
    markup`<h3>Checked</h3>
${bullets(checked)}<h3>Not checked, or nobody's signature is on it</h3>
${bullets(unchecked)}`,
  );
}

function meaningSection({ proves, provesNot }: Content): Markup {
  return section(
    { id: "meaning", title: "What a signature proves, and what it does not" },
    markup`<p>A digital signature is made with a private key, a secret number that its owner keeps, and is
checked with the certificate, which is public. Change one letter of what was signed and the signature no
longer fits. Nobody can make a signature that fits without the private key.</p>
<h3>It proves</h3>
${bullets(proves)}<h3>It does not prove</h3>
${bullets(provesNot)}`,
  );
}

function pageEnd({ atMs }: CheckFacts): Markup {
  const by: Part = markup`Written by securechat ${VERSION} on ${wholeSecond(atMs)} UTC.`;
  return markup`
    </main>
    <footer>
      <p>${by} All times in this report are UTC. This page is nobody's evidence by itself: it is not signed, and
    anybody can write one like it. The file is the evidence, and section
    <a href="#check">&ldquo;Check it yourself&rdquo;</a> says how to ask it.</p>
    </footer>
    </body>
    </html>
  `;
}

function wholeSecond(ms: number): Markup {
  return moment(ms - ms % 1000);
}

function baseName(path: string): string {
  if (path === "-") return "standard input";
  return path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
}
