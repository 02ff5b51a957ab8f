/**
 * How a report looks: black on white when printed, light or dark as its reader's screen is, narrow on a
 * telephone. No font, picture or script is loaded.
 *
 * @module
 */

import { sha256 } from "../../crypto/digest.ts";

const COLOURS = `
:root{color-scheme:light dark;--paper:#fdfdfb;--card:#f5f4ef;--ink:#1c1d1f;--soft:#55585e;--line:#d9d7cf;
--rule:#1c1d1f;--good:#17603a;--goodbg:#eaf4ee;--open:#7a4b00;--openbg:#fbf2df;--bad:#9b1420;--badbg:#fbeaea;
--link:#1d4e89;--esc:#6b2fa0}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--card:#1f2226;--ink:#e8e6e1;--soft:#a9adb4;
--line:#383c42;--rule:#e8e6e1;--good:#7fd6a3;--goodbg:#15281d;--open:#f0c26b;--openbg:#2d2412;--bad:#ff9a9f;
--badbg:#331a1d;--link:#9cc4f5;--esc:#cda6f5}}
`;

const TEXT = `
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:62rem;padding:2.5rem 1.5rem 4rem;counter-reset:part;
font:1rem/1.55 Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,"Liberation Serif",
Georgia,serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,dl,dd,table{margin:0}
a{color:var(--link)}
code,pre,time,.hex,.num{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;
font-size:.86em;font-variant-ligatures:none}
.over{font-size:.8rem;letter-spacing:.13em;text-transform:uppercase;color:var(--soft);display:flex;
flex-wrap:wrap;justify-content:space-between;gap:.2rem 1.5rem;border-bottom:3px double var(--rule);
padding-bottom:.6rem}
h1{font-size:1.9rem;line-height:1.2;font-weight:600;margin-top:1.4rem}
h1+p{color:var(--soft);margin-top:.35rem}
section{margin-top:2.6rem}
h2{font-size:1.28rem;line-height:1.3;border-bottom:1px solid var(--rule);padding-bottom:.3rem;
margin-bottom:.9rem;counter-increment:part}
h2::before{content:counter(part) ". ";color:var(--soft)}
h3{font-size:1.06rem;line-height:1.35}
p+p,ul+p,p+ul,dl+p,p+dl,pre+p,p+pre,table+p,p+table,h3+p{margin-top:.7rem}
section>h3:not(:first-of-type),ul+h3,p+h3{margin-top:1.5rem}
h3+ul{margin-top:.4rem}
ul{padding-left:1.2rem}
li+li{margin-top:.35rem}
.soft{color:var(--soft)}
.esc{color:var(--esc);font-family:ui-monospace,"Liberation Mono",monospace;font-size:.86em;
border-bottom:1px dotted var(--esc);white-space:nowrap}
pre{background:var(--card);border:1px solid var(--line);padding:.7rem .9rem;white-space:pre-wrap}
pre code{font-size:1em}
`;

const PARTS = `
.verdict{border:1px solid var(--tone);border-left-width:.6rem;background:var(--wash);padding:1.2rem 1.4rem;
margin-top:1.6rem}
.verdict h2{border:0;padding:0;margin:0;counter-increment:none;display:flex;align-items:center;gap:.7rem;
font-size:2.1rem;letter-spacing:.03em;line-height:1.15;color:var(--tone)}
.verdict h2::before{content:none}
.verdict .mark{flex:none;display:inline-grid;place-items:center;width:1.35em;height:1.35em;font-size:.78em;
border:.12em solid;border-radius:50%;line-height:1;font-family:"DejaVu Sans","Segoe UI Symbol",sans-serif}
.verdict p{margin-top:.7rem}
.verdict p.lead{font-size:1.12rem}
.good{--tone:var(--good);--wash:var(--goodbg)}
.open{--tone:var(--open);--wash:var(--openbg)}
.bad{--tone:var(--bad);--wash:var(--badbg)}
.alert{border:2px solid var(--bad);padding:.8rem 1.1rem;margin-top:1rem}
.alert b{color:var(--bad)}
dl>div{display:grid;grid-template-columns:11.5rem 1fr;gap:0 1.2rem;padding:.36rem 0;
border-bottom:1px solid var(--line)}
dl>div:last-child{border-bottom:0}
dt{color:var(--soft)}
.facts{margin-top:1.6rem}
nav{margin-top:1.4rem;font-size:.94rem;color:var(--soft)}
nav a{white-space:nowrap}
article{border:1px solid var(--line);background:var(--card);padding:1rem 1.2rem;margin-top:1rem}
article h3{display:flex;flex-wrap:wrap;gap:.1rem .7rem;align-items:baseline;margin-bottom:.4rem}
article h3 span{font-weight:400;color:var(--soft);font-size:.95rem}
.warn{color:var(--open)}
.fault{color:var(--bad)}
footer{margin-top:3rem;border-top:3px double var(--rule);padding-top:.8rem;font-size:.9rem;color:var(--soft)}
`;

const TABLES = `
table{border-collapse:collapse;width:100%;font-size:.97rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:baseline;padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--line);
font-weight:400}
thead th{font-size:.8rem;letter-spacing:.05em;text-transform:uppercase;color:var(--soft);
border-bottom:1px solid var(--rule);white-space:nowrap}
.num{text-align:right;white-space:nowrap;overflow-wrap:normal}
thead .num,thead th{font-family:inherit}
td.when,td.who,td.kind,.code{overflow-wrap:normal}
.code{white-space:nowrap;min-width:5rem}
td.when{white-space:nowrap}
td.when time span{color:var(--soft)}
td.who{min-width:9.5rem;max-width:12rem;overflow-wrap:anywhere}
td.who b{font-weight:600}
td.kind{color:var(--soft);white-space:nowrap}
td.what{width:100%}
.sessions th,.sessions td:not(.who){white-space:nowrap}
.sessions th.what{white-space:normal;width:100%}
.talk thead th:nth-child(-n+2){text-align:right}
.words{overflow:hidden;white-space:break-spaces}
.note{font-size:.88rem;margin-top:.15rem}
tr.tail td.what{border-left:3px dotted var(--open);padding-left:.7rem}
tr.wrong td.what{border-left:3px solid var(--bad);padding-left:.7rem}
tr.line td{padding:.5rem 0;text-align:center;font-size:.9rem;border-bottom:1px solid var(--rule)}
tr.line.stop td{color:var(--bad);font-weight:600}
tr.line.loose td{color:var(--open)}
`;

const NARROW = `
@media (max-width:42rem){
body{padding:1.3rem 1rem 3rem}
h1{font-size:1.45rem}
.verdict{padding:1rem 1rem 1.1rem .9rem}
.verdict h2{font-size:1.6rem}
dl>div{grid-template-columns:1fr}
table,tbody{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .8rem;padding:.6rem 0;
border-bottom:1px solid var(--line)}
tbody th,tbody td{border:0;padding:0}
td.who{min-width:0;max-width:none}
tbody tr.line{padding:0;border:0}
td.what,tr.line td{width:100%;margin-top:.15rem}
.talk .ln{display:none}
}
`;

const PRINT = `
@media print{
@page{margin:18mm 16mm 20mm;@bottom-left{content:"securechat verification report";font:8pt serif}
@bottom-right{content:counter(page) " / " counter(pages);font:8pt serif}}
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#333;--line:#bbb;--rule:#000;--good:#000;
--goodbg:#fff;--open:#000;--openbg:#fff;--bad:#000;--badbg:#fff;--link:#000;--esc:#000}
html{font-size:10pt}
body{max-width:none;padding:0 1px}
nav{display:none}
a{text-decoration:none}
h1{font-size:17pt}
h2,h3{break-after:avoid}
section{margin-top:8mm}
.verdict h2{font-size:20pt}
.verdict,.alert,article,dl>div,tbody tr,pre{break-inside:avoid}
thead{display:table-header-group}
th,td{padding-right:.6rem}
td.when time span{display:block}
td.who{min-width:6.5rem}
p,li{orphans:3;widows:3}
}
`;

/** The style sheet. */
export const STYLE_SHEET = [COLOURS, TEXT, PARTS, TABLES, NARROW, PRINT].join("");

/** What a browser may do with a report: use that style sheet (CSP Level 3 §6.7.3), and nothing else. */
export const SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(STYLE_SHEET).toBase64()}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
