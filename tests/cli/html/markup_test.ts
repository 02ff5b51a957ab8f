import assert from "node:assert/strict";
import fc from "fast-check";
import { Markup, markup, name, plain } from "../../../src/cli/html/markup.ts";
import { shellWord } from "../../../src/cli/html/check_section.ts";

Deno.test("markup escapes every text that it is given, in lists too, and takes Markup as it is", () => {
  const inner = markup`<b>${`<"'&\``}</b>`;
  assert.equal(String(inner), "<b>&lt;&quot;&#39;&amp;&#96;</b>");
  assert.equal(String(markup`<p>${[inner, "<", 3, undefined]}</p>`), `<p>${inner}&lt;3</p>`);
});

Deno.test("markup of any text has no tag but those that show escapes, and no raw control", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    const html = String(markup`${text}`);
    const rest = html.replaceAll(/<span class="esc">\\u\{[0-9a-f]+\}<\/span>/g, "");
    assert.doesNotMatch(rest, /[<>"'`]/);
    assert.doesNotMatch(html, /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
    assert.doesNotMatch(html, /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
  }));
});

Deno.test("markup shows bidirectional marks, NUL, ESC and lone surrogates as set-apart escapes", () => {
  for (const [character, shown] of [["\u202e", "202e"], ["\0", "0"], ["\x1b", "1b"]] as const) {
    assert.equal(String(markup`a${character}`), `a<span class="esc">\\u{${shown}}</span>`);
  }
  assert.equal(String(markup`\ud800`), "\ud800", "what this program wrote is its own");
  assert.equal(String(markup`${"\ud800"}`), '<span class="esc">\\u{d800}</span>');
});

Deno.test("markup tells words that look like an escape from an escape", () => {
  assert.notEqual(String(markup`${"\\u{202e}"}`), String(markup`${"\u202e"}`));
});

Deno.test("plain has no tag at all, and name keeps the direction of writing to itself", () => {
  assert.equal(String(plain("</title>\u202e")), "&lt;/title&gt;\\u{202e}");
  assert.equal(String(name("<")), "<bdi>&lt;</bdi>");
});

Deno.test("markup leaves its own layout out of the page, not that of what it is given", () => {
  assert.equal(
    String(markup`<p>
      ${new Markup("a\n   b")}</p>`),
    "<p>\na\n   b</p>",
  );
});

Deno.test("shellWord quotes what a shell would take apart", () => {
  for (const text of ["", "a b", "$(id)", "`id`", "a;b", "a\nb", "*"]) {
    assert.equal(shellWord(text), `'${text}'`);
  }
  assert.equal(shellWord("certs/ca-cert.pem"), "certs/ca-cert.pem");
});
