/** `securechat verify` and `show` on transcripts of protocol 2. */

import assert from "node:assert/strict";
import { type Certificate, certificatePem } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { ownCrl } from "../testkit/crl.ts";
import { ca2, identity2, NOW_MS, SERVER2_NAME } from "../testkit/identities2.ts";
import { type MemoryIo, memoryIo } from "../testkit/memory_io.ts";
import { fileOf, RoomFiles, smallTalk } from "../testkit/room_files.ts";
import { SeededRandom } from "../testkit/seeded_random.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

type Run = (...args: string[]) => Promise<MemoryIo & { readonly status: number }>;

async function people() {
  return {
    server: await identity2(SERVER2_NAME, "server"),
    alice: await identity2("alice", "client"),
    bob: await identity2("bob", "client"),
  };
}

/** A talk's files; of another seed it is another story of the same log. */
async function talk(seed: string) {
  const random = new SeededRandom(seed);
  return await smallTalk(await people(), { random: (length) => random.bytes(length) });
}

/** A folder with the CA and files of each verdict. */
async function withFiles(work: (folder: string, run: Run) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const { certificate } = await ca2();
    const { alice, bob, server } = await talk("cli");
    const { alice: story } = await talk("another story");
    const files = {
      "alice.jsonl": fileOf(alice),
      "bob.jsonl": fileOf(bob),
      "server.jsonl": fileOf(server),
      "open.jsonl": fileOf(alice.slice(0, 9)),
      "bad.jsonl": fileOf(alice.with(7, `${alice[7]} `)),
      "story.jsonl": fileOf(story),
    };
    await Deno.mkdir(`${folder}/talks`);
    await Deno.writeTextFile(`${folder}/ca-cert.pem`, certificatePem(certificate));
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/talks/${name}`, bytes);
    }
    await work(`${folder}/talks`, async (command, ...args) => {
      const io = memoryIo();
      const status = await main([command, "--ca", `${folder}/ca-cert.pem`, ...args], io);
      return { ...io, status };
    });
  });
}

Deno.test("verify tells verdict, room, people and entries of a room's file", async () => {
  await withFiles(async (folder, run) => {
    const io = await run("verify", `${folder}/alice.jsonl`);
    assert.equal(io.status, 0, io.stdout() + io.stderr());
    const text = io.stdout();
    assert.match(
      text,
      /alice\.jsonl: VALID, 11 entries, the final heads of both sides are over all\n/,
    );
    assert.match(text, /protocol 2, room "pump room", log 1010/);
    assert.match(
      text,
      /^ {2}client {2}"alice", whose file this is, 4 entries, has signed over entry 10$/m,
    );
    assert.match(text, /^ +6 +2 {2}alice +2026-06-01T00:00:\d\d\.000Z {2}is the pump off\?$/m);
    assert.doesNotMatch(text, /\u202e/);
    assert.match(text, /revocation: not checked, no --crl/);
  });
});

Deno.test("verify and show take a room's file of any of the CAs in --ca", async () => {
  await withFiles(async (folder, run) => {
    const file = `${folder}/alice.jsonl`;
    const cas = [await ca2("Another CA"), await ca2()].map(({ certificate }) => certificate);
    await Deno.writeTextFile(`${folder}/../ca-cert.pem`, cas.map(certificatePem).join(""));
    assert.equal((await run("verify", file)).status, 0);
    assert.equal((await run("show", file)).status, 0);
    await Deno.writeTextFile(
      `${folder}/proof.json`,
      (await run("verify", file, "--prove", "2")).stdout(),
    );
    assert.equal((await run("verify", `${folder}/proof.json`)).status, 0);
  });
});

Deno.test("verify names the bad line of a room's file with 1, and what an open end lacks with 3", async () => {
  await withFiles(async (folder, run) => {
    const bad = await run("verify", `${folder}/bad.jsonl`);
    assert.equal(bad.status, 1);
    assert.match(bad.stdout(), /bad\.jsonl: INVALID at line 8: \[FORMAT\] .*RFC 8785/);
    const open = await run("verify", `${folder}/open.jsonl`);
    assert.equal(open.status, 3);
    assert.match(
      open.stdout(),
      /VALID SO FAR, 5 entries, the server has signed over up to entry 2\n/,
    );
    assert.match(open.stdout(), /not signed to its end: the file has no end line/);
    assert.match(open.stdout(), /"chat\.test".*has signed over entry/);
    assert.match(open.stdout(), /\(no head over it\) notice maintenance at noon/);
  });
});

Deno.test("verify --quiet prints a line a file, of a folder's files and standard input, too", async () => {
  await withFiles(async (folder, run) => {
    await Deno.remove(`${folder}/story.jsonl`);
    const io = await run("verify", "-q", folder);
    assert.equal(io.status, 1); // bad.jsonl
    const verdicts = io.stdout().match(/\.jsonl: (VALID SO FAR|VALID|INVALID)/g);
    assert.deepEqual(verdicts?.map((text) => text.slice(8)), [
      ...["VALID", "INVALID", "VALID", "VALID SO FAR", "VALID"],
    ]);
    const input = memoryIo({ stdin: await Deno.readTextFile(`${folder}/bob.jsonl`) });
    const ca = `${folder}/../ca-cert.pem`;
    assert.equal(await main(["verify", "-", "-q", "--ca", ca], input), 0);
    assert.equal(
      input.stdout(),
      "-: VALID, 6 entries, the final heads of both sides are over all\n",
    );
    assert.equal(await main(["verify", "-", "-q", "--ca", ca], memoryIo()), 1);
  });
});

Deno.test("verify says of files of one log who is ahead, or proves the server's EQUIVOCATION", async () => {
  await withFiles(async (folder, run) => {
    const [alice, bob, story] = ["alice", "bob", "story"].map((name) => `${folder}/${name}.jsonl`);
    const same = await run("verify", "-q", alice ?? "", bob ?? "");
    assert.equal(same.status, 0);
    assert.match(
      same.stdout(),
      /one log, the same first 9 entries; .*alice\.jsonl goes on to 11\n$/,
    );
    const two = await run("verify", "-q", alice ?? "", story ?? "");
    assert.equal(two.status, 1);
    assert.match(
      two.stdout(),
      /\[EQUIVOCATION\] the server "chat\.test" has signed two stories of log/,
    );
    assert.match(two.stderr(), /error: \[EQUIVOCATION\]/);
    const json = await run("verify", "--json", alice ?? "", story ?? "");
    const [, , compared] = json.stdout().trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([compared.format, compared.result, compared.entry], [
      ...["securechat-compare/1", "EQUIVOCATION", 0],
    ]);
    for (const { line, file, text } of compared.proof) {
      assert.equal((await Deno.readTextFile(file)).split("\n")[line - 1], text);
    }
  });
});

Deno.test("verify --expect-author and --expect-server make good evidence of somebody else 1", async () => {
  await withFiles(async (folder, run) => {
    const file = `${folder}/bob.jsonl`;
    const { alice, server } = await people();
    const expecting = async (...args: string[]) => (await run("verify", file, ...args)).status;
    assert.equal(await expecting("--expect-author", "bob", "--expect-server", SERVER2_NAME), 0);
    assert.equal(await expecting("--expect-author", alice.fingerprint), 0);
    assert.equal(await expecting("--expect-server", server.fingerprint), 0);
    assert.equal(await expecting("--expect-author", "mallory"), 1);
    assert.equal(await expecting("--expect-author", "bob", "--expect-author", "mallory"), 1);
    assert.equal(await expecting("--expect-server", "alice"), 1);
    const io = await run("verify", "--json", file, "--expect-author", "mallory");
    assert.deepEqual(JSON.parse(io.stdout()).unmet, ["no entry is signed by mallory"]);
  });
});

Deno.test("verify --prove writes a proof that verify takes", async () => {
  await withFiles(async (folder, run) => {
    const made = await run("verify", `${folder}/open.jsonl`, "--prove", "2");
    assert.equal(made.status, 0, made.stderr());
    await Deno.writeTextFile(`${folder}/proof.json`, made.stdout());
    const io = await run("verify", `${folder}/proof.json`, "--expect-author", "alice");
    assert.equal(io.status, 0, io.stderr());
    assert.match(io.stdout(), /VALID, entry 2 of room "pump room", by "alice"/);
    assert.match(io.stdout(), /words {3}is the pump off\?/);
    assert.equal((await run("verify", `${folder}/proof.json`, "--expect-author", "bob")).status, 1);
    assert.equal((await run("verify", `${folder}/open.jsonl`, "--prove", "4")).status, 4);
    assert.equal((await run("verify", `${folder}/bad.jsonl`, "--prove", "2")).status, 1);
  });
});

Deno.test("verify --crl refuses what was signed since a revocation, and keeps what was signed before", async () => {
  await withFiles(async (folder, run) => {
    const { leaf } = (await people()).bob;
    const crl = async (ms: number) => {
      const revoked = [{ certificate: leaf as Certificate, ms }];
      const { pem } = await ownCrl({ ca: await ca2(), atMs: NOW_MS + 86_400_000, revoked });
      await Deno.writeTextFile(`${folder}/list.pem`, pem);
      return (await run("verify", `${folder}/alice.jsonl`, "--crl", `${folder}/list.pem`));
    };
    const before = await crl(NOW_MS);
    assert.equal(before.status, 1);
    assert.match(before.stdout(), /INVALID at line \d+: \[REVOKED\] the certificate of "bob"/);
    const after = await crl(NOW_MS + 3_600_000);
    assert.equal(after.status, 0, after.stdout());
    assert.match(after.stdout(), /revoked 2026-06-01T01:00:00\.000Z \(superseded\)/);
  });
});

Deno.test("verify lists over 100 entries only with --entries", async () => {
  await withFiles(async (folder, run) => {
    const { server, alice } = await people();
    const random = new SeededRandom("long");
    const files = await RoomFiles.open({ server, random: (length) => random.bytes(length) });
    const visitor = await files.join(alice, "a1".repeat(16));
    for (let said = 0; said < 120; said++) await files.say(visitor, `word ${said}`);
    await files.head();
    await Deno.writeFile(`${folder}/long.jsonl`, fileOf(visitor.lines));
    const short = await run("verify", `${folder}/long.jsonl`);
    assert.match(short.stdout(), /entries: 122, listed with --entries/);
    assert.doesNotMatch(short.stdout(), /word 7/);
    assert.match((await run("verify", `${folder}/long.jsonl`, "--entries")).stdout(), /word 119\n/);
    const json = await run("verify", `${folder}/long.jsonl`, "--json");
    assert.equal(JSON.parse(json.stdout()).entries, null);
  });
});

Deno.test("show prints the conversation, marks what no head is over, and shows nothing behind a bad line", async () => {
  await withFiles(async (folder, run) => {
    const io = await run("show", `${folder}/open.jsonl`);
    assert.equal(io.status, 3);
    const lines = io.stdout().trimEnd().split("\n");
    assert.match(
      lines[0] ?? "",
      /^ {2}2026-06-01T00:00:\d\dZ?.* the log begins, of the server chat\.test$/,
    );
    assert.match(lines[1] ?? "", / alice came in$/);
    assert.match(lines[2] ?? "", /^ {2}.*\[alice\] is the pump off\?$/);
    assert.equal(lines[3], "-- from here on no head of the server is over the words --");
    assert.match(lines[5] ?? "", /^\? .*\[chat\.test, the server\] maintenance at noon$/);
    assert.match(io.stderr(), /VALID SO FAR/);
    const bad = await run("show", `${folder}/bad.jsonl`);
    assert.equal(bad.status, 1);
    assert.doesNotMatch(bad.stdout(), /hello\?/);
    assert.match(bad.stderr(), /INVALID at line 8/);
    assert.equal(
      (await run("show", `${folder}/none.jsonl`).catch(() => ({ status: 4 }))).status,
      4,
    );
  });
});
