import assert from "node:assert/strict";
import { CHAT_BODY_MAX_BYTES, HANDSHAKE_BODY_MAX_BYTES } from "../../src/protocol/frame.ts";
import { ChatError, ERRORS } from "../../src/errors.ts";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import type { ToldEvent } from "../../src/chat/rooms_event.ts";
import { JSON_COMMANDS } from "../../src/cli/json_command.ts";
import { roomsEventJson } from "../../src/cli/rooms_event_json.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import type { CommandModule, CommandTable } from "../../src/cli/dispatch.ts";
import { type Setting, SETTING_NAMES, SETTINGS } from "../../src/cli/settings.ts";
import { COMMANDS, main } from "../../src/main.ts";
import { transcriptRoot } from "../testkit/transcript_keys.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { originalFrames, originalSecrets } from "../testkit/original.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import { anchorsOf, linksOf, quotedIn, readDocument, ROOT, rowsOf, sectionOf } from "./markdown.ts";

const README = readDocument("README.md");
const DOCUMENTS = [
  "README.md",
  ...["attacks", "operations", "protocol-1", "protocol-2", "transcript"].map((name) =>
    `docs/${name}.md`
  ),
];

Deno.test("README lists every error with its status, its wire text and its hint, and no other", () => {
  const documented = rowsOf(sectionOf(README, "## Errors"))
    .map(([code, exit, wire, , hint]) => [code, exit, wire, hint]);
  const known = Object.entries(ERRORS)
    .map(([code, { exit, wire, hint }]) => [`\`${code}\``, String(exit), `\`${wire}\``, hint]);
  assert.deepEqual(documented, known);
});

Deno.test("documents name no error that is not in the table", () => {
  for (const path of DOCUMENTS) {
    for (const [, code = ""] of readDocument(path).matchAll(/\[([A-Z][A-Z_]{3,})\](?!\()/g)) {
      assert.ok(["CODE", "REASON"].includes(code) || code in ERRORS, `${path}: ${code}`);
    }
  }
});

Deno.test("README lists every setting with its default and its option, and no other", () => {
  const documented = rowsOf(sectionOf(README, "## Settings"))
    .map(([name, fallback, flag]) => [name, fallback, flag]);
  const known = SETTING_NAMES.map((name) => {
    const { fallback, flag }: Setting = SETTINGS[name];
    return [`\`${name}\``, fallback ? `\`${fallback}\`` : "none", flag ? `\`${flag}\`` : ""];
  });
  assert.deepEqual(documented, known);
});

Deno.test("README gives the bundle exactly the variables of the settings", () => {
  assert.ok(
    sectionOf(README, "## Install").includes(`--allow-env=${SETTING_NAMES.join(",")} \\\n`),
  );
});

interface LoadedModule extends CommandModule {
  readonly COMMANDS?: CommandTable;
}

/** Name and first sentence of the help of each command that is not a group. */
async function summaries(table: CommandTable): Promise<readonly (readonly [string, string])[]> {
  const modules = await Promise.all(
    Object.values(table).map((load): Promise<LoadedModule> => load()),
  );
  const found = await Promise.all(modules.map(async ({ help, COMMANDS: commands }) => {
    if (commands !== undefined) return await summaries(commands);
    const [, name = "", summary = ""] = /^(.+?): (.+)$/m.exec(help) ?? [];
    return [[name, summary] as const];
  }));
  return found.flat();
}

Deno.test("README lists every command with the words of its help, and no other", async () => {
  const documented = rowsOf(sectionOf(README, "## Commands"));
  const known = (await summaries(COMMANDS)).map(([name, summary]) => [`\`${name}\``, summary]);
  assert.deepEqual(documented.toSorted(), known.toSorted());
});

Deno.test("README tells the members of verify --json", async () => {
  const folder = new URL("tests/data/original/", ROOT).pathname;
  const file = `${folder}client_458e229240a7c55d_20261122_235904.transcript`;
  const key = await Deno.makeTempFile();
  await Deno.writeTextFile(key, originalSecrets("client").aes_keys_hex[1] ?? "");
  const io = memoryIo();
  const files = ["--ca", `${folder}ca-cert.pem`, "--session-key", key];
  assert.equal(await main(["verify", file, ...files, "--json"], io), 0);
  await Deno.remove(key);
  const rows = rowsOf(sectionOf(README, "### `verify --json`"));
  const members = (name: string) =>
    quotedIn(rows.find(([object]) => object === name)?.[1] ?? "").filter((each) =>
      !/\W/.test(each)
    );
  const report = JSON.parse(io.stdout());
  assert.deepEqual(members("the file"), Object.keys(report));
  assert.deepEqual(members("a party"), Object.keys(report.parties[0]));
  assert.deepEqual(members("an entry"), Object.keys(report.entries[0]));
  assert.deepEqual(members("a receipt"), Object.keys(report.receipt));
  assert.equal(report.peerReceipt, null);
  assert.ok(readDocument("src/cli/verify_json.ts").includes("sameOrder"));
  assert.deepEqual(members("`peerReceipt`"), ["sameOrder"]);
});

Deno.test("README tells the members of verify --json for a room", async () => {
  await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem(transcriptRoot()));
    const file = new URL("tests/data/transcripts/good_alice.jsonl", ROOT).pathname;
    const io = memoryIo();
    assert.equal(await main(["verify", file, "--ca", `${folder}/ca.pem`, "--json"], io), 0);
    const rows = rowsOf(sectionOf(README, "### `verify --json`"));
    const members = (name: string) =>
      [
        ...(rows.find(([object]) => object === name)?.[1] ?? "").replaceAll(/\([^)]*\)/g, "")
          .matchAll(/`(\w+)`/g),
      ].map(([, member]) => member);
    const report = JSON.parse(io.stdout());
    assert.deepEqual(members("the room"), Object.keys(report));
    assert.deepEqual(members("a person"), Object.keys(report.parties[0]));
    assert.deepEqual(members("a session"), Object.keys(report.sessions[0]));
    assert.deepEqual(members("a line"), Object.keys(report.entries[0]));
  });
});

const CERTIFICATE = { commonName: "", fingerprint: "", notAfter: new Date(0) } as Certificate;
const PERSON = { name: "", fingerprint: "" };
const PLACED = { room: "", index: 1, ts: 0, isHistory: false };
const ERROR = new ChatError("REPLAY", "");

/** One of each kind. */
const EVENTS: readonly ToldEvent[] = [
  { kind: "connecting", tries: 1 },
  { kind: "phase", phase: 1, text: "" },
  { kind: "server", certificate: CERTIFICATE },
  { kind: "explained", note: { message: "ready", bytes: 1, derived: [] } },
  { kind: "signed_in", email: "", username: "" },
  { kind: "entered", room: "", log: "", from: 0, size: 1, isBack: false },
  { kind: "not_entered", room: "", error: ERROR },
  { kind: "said", ...PLACED, author: PERSON, isOwn: true, text: "" },
  { kind: "notice", ...PLACED, text: "" },
  { kind: "presence", ...PLACED, change: "join", who: PERSON, isOwn: false },
  { kind: "signed", room: "", by: "self", size: 1 },
  { kind: "waiting", room: "", count: 1 },
  { kind: "unsent", room: "", id: 1, text: "", fate: "unknown" },
  { kind: "members", room: "", members: [PERSON], more: 0 },
  { kind: "invited", room: "", by: PERSON },
  { kind: "parted", room: "", size: 1 },
  { kind: "lost", error: ERROR, retryMs: 1 },
  { kind: "refused", error: ERROR },
  { kind: "disk" },
  { kind: "ended" },
];

/** What the run itself tells. */
const OF_COMMANDS = [["accepted", "ref", "id"], ["error", "ref", "code", "message", "hint"]];

Deno.test("README tells the events of connect --json with their members, and no other", () => {
  const section = sectionOf(README, "## `connect --json`");
  const documented = rowsOf(section)
    .map(([name = "", members = ""]) => [...quotedIn(name), ...quotedIn(members)])
    .slice(0, EVENTS.length + OF_COMMANDS.length);
  const known = EVENTS.map((sample) => {
    const { event, ...members } = roomsEventJson(sample);
    return [event, ...Object.keys(members)];
  });
  assert.deepEqual(documented, [...known.slice(0, -1), ...OF_COMMANDS, ...known.slice(-1)]);
  const names = [...readDocument("src/cli/rooms_event_json.ts").matchAll(/\bevent: "(\w+)"/g)];
  assert.deepEqual(new Set(names.map(([, name]) => name)), new Set(known.map(([name]) => name)));
});

Deno.test("README tells the commands of connect --json with their members, and no other", () => {
  const section = sectionOf(README, "## `connect --json`");
  const documented = rowsOf(section).slice(EVENTS.length + OF_COMMANDS.length)
    .map(([name = "", members = ""]) => [...quotedIn(name), ...quotedIn(members)].sort());
  const known = JSON_COMMANDS.map((schema) => {
    const { command, ref: _ref, ...members } = schema.shape;
    return [command.value, ...Object.keys(members)].sort();
  });
  assert.deepEqual(documented, known);
});

Deno.test("documents link to files and headings that exist", () => {
  for (const path of DOCUMENTS) {
    const text = readDocument(path);
    for (const { path: target, anchor } of linksOf(text)) {
      const url = target === "" ? new URL(path, ROOT) : new URL(target, new URL(path, ROOT));
      assert.ok(Deno.statSync(url).isFile, `${path} links to ${target}`);
      const anchors = anchor === "" ? [""] : anchorsOf(Deno.readTextFileSync(url));
      assert.ok(anchors.includes(anchor), `${path} links to ${target}#${anchor}`);
    }
  }
});

Deno.test("docs/protocol-1.md gives the limits of the code", () => {
  const limits = sectionOf(readDocument("docs/protocol-1.md"), "## 10. Limits");
  const numbers = [
    HANDSHAKE_BODY_MAX_BYTES,
    CHAT_BODY_MAX_BYTES,
    LIMITS.unauthenticated,
    LIMITS.unauthenticatedPerAddress,
    LIMITS.waitingPerAddress,
    LIMITS.waitingTexts,
    LIMITS.waitingBytes,
  ].map((number) => number.toLocaleString("en"));
  const times = [LIMITS.stepMs, LIMITS.signInMs, LIMITS.receiptMs, LIMITS.writeMs]
    .map((ms) => `${ms / 1000} s`);
  for (const value of [...numbers, ...times]) {
    assert.match(limits, new RegExp(`\\b${RegExp.escape(value)}`), value);
  }
});

Deno.test("docs/protocol-1.md gives the sizes of the recorded session", () => {
  const recorded = originalFrames().map(({ json }) => new TextEncoder().encode(json).length);
  const text = readDocument("docs/protocol-1.md").replaceAll("\n", " ");
  const sizes = [...text.matchAll(/body (\d+) bytes, header `([0-9a-f]{8})`/g)];
  assert.ok(sizes.length >= 7, `only ${sizes.length} sizes`);
  for (const [, size, header = ""] of sizes) {
    assert.equal(Number(size), parseInt(header, 16));
    assert.ok(recorded.includes(Number(size)), `no recorded body has ${size} bytes`);
  }
});

Deno.test("README shows what its marked console blocks really print", async () => {
  await inTempFolder(async (folder) => {
    await Deno.symlink(new URL("tests", ROOT), `${folder}/tests`);
    const config = new URL("deno.json", ROOT).pathname;
    const runtime = ["run", "--quiet", "--no-prompt", "--cached-only", "--config", config];
    const net = `--allow-net=127.0.0.1,unix:${await Deno.realPath(folder)}/admin.sock`;
    const permissions = ["--allow-read", "--allow-write", "--allow-env", net];
    const program = new URL("first_session.ts", import.meta.url).pathname;
    const readme = new URL("README.md", ROOT).pathname;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...runtime, ...permissions, program, readme],
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  });
});
