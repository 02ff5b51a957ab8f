/**
 * How to check it oneself, and by what it was checked.
 *
 * @module
 */

import type { Certificate } from "../../pki/certificate.ts";
import type { RevocationList } from "../../pki/revocation_lists.ts";
import { VERSION } from "../version.ts";
import type { CheckFacts, Content, FileFacts } from "./content.ts";
import { counted, digits, moment, section, type Term, termList } from "./elements.ts";
import { Markup, markup, name, type Part } from "./markup.ts";
import { nameIn } from "./shared_text.ts";

/**
 * The section.
 *
 * @param content What the report says.
 * @param facts How the check was made, and of which bytes.
 * @returns It.
 */
export function checkSection(
  { verdict, protocol, lists }: Content,
  { check, file }: { readonly check: CheckFacts; readonly file: FileFacts },
): Markup {
  const { command, caPath, anchors, atMs, expected } = check;
  const terms: readonly Term[] = [
    ["File, SHA-256", digits(file.sha256)],
    ...anchors.map((anchor): Term => ["CA's certificate, SHA-256", caCell(anchor)]),
    ...listTerms(lists, atMs),
    ["Expected", expectedCell(expected)],
    ["Program", markup`securechat ${VERSION}, protocol ${protocol}`],
    ["Time of the check", markup`${moment(atMs)} UTC`],
    ["Result", verdict],
  ];
  return section(
    { id: "check", title: "Check it yourself" },
    markup`<p>You need the file, the certificate of the certificate authority (CA) and the program securechat,
which is open to inspection and needs no network. Compare the CA's fingerprint below with what the CA tells
you itself, by telephone or in person: everything rests on it. Then run</p>
<pre><code>${command}</code></pre>
<p>and compare the file's hash, so that both of you speak of the same file:</p>
<pre><code>sha256sum ${shellWord(check.file)}
openssl x509 -in ${shellWord(caPath)} -noout -fingerprint -sha256</code></pre>
${termList(terms)}`,
  );
}

/**
 * A word of a command line.
 *
 * @param text The word.
 * @returns It, in quotation marks where a shell would need them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(shellWord("a b"), "'a b'");
 * assert.equal(shellWord("it's"), `'it'\\''s'`);
 * ```
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function caCell(anchor: Certificate): Part {
  const { fingerprint, notBefore, notAfter } = anchor;
  return markup`${digits(fingerprint)}<br><span class="soft">${name(nameIn(anchor))}, ${
    moment(notBefore.getTime())
  } to ${moment(notAfter.getTime())}</span>`;
}

function listTerms(lists: readonly RevocationList[] | undefined, atMs: number): readonly Term[] {
  if (lists === undefined) return [["Revocation list", "none was given (--crl): not checked"]];
  return lists.map((list): Term => {
    const { source, issuer, number, thisUpdateMs, nextUpdateMs, entries } = list;
    const due = nextUpdateMs >= atMs
      ? undefined
      : markup`; <span class="warn">a newer one was due ${
        moment(nextUpdateMs)
      }</span>: about what is older than the list it is right`;
    return [
      "Revocation list",
      markup`${name(source)} of ${name(issuer)}, number ${String(number)}, ${
        counted(entries, "entry", "entries")
      }, made ${moment(thisUpdateMs)}${due}`,
    ];
  });
}

function expectedCell({ authors, server }: CheckFacts["expected"]): Part {
  const all = [
    ...authors.map((author) => markup`an entry signed by ${name(author)}`),
    ...server === undefined ? [] : [markup`the server ${name(server)}`],
  ];
  if (all.length === 0) return undefined;
  return all.map((each, index) => markup`${index === 0 ? "" : "; "}${each}`);
}
