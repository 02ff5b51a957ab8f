import assert from "node:assert/strict";
import { sha256 } from "../../src/crypto/digest.ts";
import { DurableFile } from "../../src/transcript/durable_file.ts";
import { setTornTailsAside } from "../../src/transcript/torn_tails.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const ROOM = '{"chain":["AAAA"],"log":"00"}\n{"sig":"","stmt":"","type":"entry"}\n';
const CLASSIC = [
  "# SecureChat Transcript",
  "# Session ID: 1de281f60ce8582f",
  "# Certificate (client): AAAA",
  "=".repeat(80),
  "",
].join("\n");
const ENTRY = `1|2|AA==|AQ==|${"0".repeat(64)}`;

function digits(text: string): string {
  return sha256(new TextEncoder().encode(text)).toHex().slice(0, 8);
}

interface Case {
  readonly name: string;
  readonly text: string;
  /** What is moved; the file stays as it is without it. */
  readonly torn?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "a room's torn line is moved": { name: "x.jsonl", text: `${ROOM}{"sig":"A`, torn: '{"sig":"A' },
  "a room's line that lacks its end alone is moved": {
    ...{ name: "x.jsonl", text: `${ROOM}{"type":"end"}`, torn: '{"type":"end"}' },
  },
  "what is no UTF-8 is moved as it is": { name: "x.jsonl", text: `${ROOM}\0\0é`, torn: "\0\0é" },
  "a room's file whose first line is torn is moved whole": {
    ...{ name: "x.jsonl", text: '{"chain":["AA', torn: '{"chain":["AA' },
  },
  "a whole file stays": { name: "x.jsonl", text: ROOM },
  "an empty file stays": { name: "x.jsonl", text: "" },
  "a file of something else stays": { name: "x.jsonl", text: '{"chains":1}\n{"a' },
  "a file of another ending stays": { name: "x.json", text: `${ROOM}{"a` },
  "a torn entry of protocol 1 is moved": {
    ...{ name: "x.transcript", text: `${CLASSIC}${ENTRY}\n1|3|A`, torn: "1|3|A" },
  },
  "a whole entry of protocol 1 that lacks its end counts, and stays": {
    ...{ name: "x.transcript", text: `${CLASSIC}${ENTRY}` },
  },
  "a whole receipt of protocol 1 that lacks its end counts, and stays": {
    ...{ name: "x.transcript", text: `${CLASSIC}# Session Receipt: {"type": "receipt"}` },
  },
  "a torn receipt of protocol 1 is moved": {
    name: "x.transcript",
    text: `${CLASSIC}# Session Receipt: {"type": "rec`,
    torn: '# Session Receipt: {"type": "rec',
  },
  "a file of the original system, which locks nothing, stays": {
    name: "x.transcript",
    text: `# SecureChat Transcript\n# Session ID: 1de281f60ce8582f\n1|3|A`,
  },
};

async function contents(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const texts = entries.map(async ({ name }) =>
    [name, await Deno.readTextFile(`${folder}/${name}`)] as const
  );
  return Object.fromEntries(await Promise.all(texts));
}

for (const [title, { name, text, torn }] of Object.entries(CASES)) {
  Deno.test(`setTornTailsAside(): ${title}`, () =>
    inTempFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      const { moved, failures } = await setTornTailsAside(folder);
      assert.deepEqual(failures, []);
      if (torn === undefined) {
        assert.deepEqual([moved, await contents(folder)], [[], { [name]: text }]);
        return;
      }
      const kept = `${name}.torn-${digits(torn)}`;
      const rest = text.slice(0, text.length - torn.length);
      const path = `${folder}/${name}`;
      const bytes = new TextEncoder().encode(torn).length;
      assert.deepEqual(moved, [{ path, keptIn: `${folder}/${kept}`, bytes }]);
      assert.deepEqual(await contents(folder), {
        ...(rest === "" ? {} : { [name]: rest }),
        [kept]: torn,
      });
      assert.equal((await Deno.stat(`${folder}/${kept}`)).mode! & 0o777, 0o600);
      assert.deepEqual((await setTornTailsAside(folder)).moved, [], "once");
    }));
}

Deno.test("setTornTailsAside() follows no link, and finds nothing in a folder that is missing", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/elsewhere`, `${ROOM}torn`);
    await Deno.mkdir(`${folder}/t`);
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/t/x.jsonl`);
    const nothing = { moved: [], failures: [] };
    assert.deepEqual(await setTornTailsAside(`${folder}/t`), nothing);
    assert.deepEqual(await setTornTailsAside(`${folder}/missing`), nothing);
    assert.equal(await Deno.readTextFile(`${folder}/elsewhere`), `${ROOM}torn`);
  }));

Deno.test("setTornTailsAside() keeps what was cut off though a file of that name is there", () =>
  inTempFolder(async (folder) => {
    const kept = `x.jsonl.torn-${digits("torn")}`;
    await Deno.writeTextFile(`${folder}/x.jsonl`, `${ROOM}torn`);
    await Deno.writeTextFile(`${folder}/${kept}`, "to"); // a crash came between
    await setTornTailsAside(folder);
    assert.deepEqual(await contents(folder), {
      "x.jsonl": ROOM,
      [kept]: "to",
      [`${kept}.2`]: "torn",
    });
  }));

Deno.test("setTornTailsAside() reports what the system refuses, and leaves the file", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x.jsonl`, `${ROOM}torn`);
    const { write } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.write = () =>
      Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
    try {
      const { moved, failures } = await setTornTailsAside(folder);
      assert.deepEqual([moved, failures.map(({ code }) => code)], [[], ["FILE"]]);
      assert.deepEqual(await contents(folder), { "x.jsonl": `${ROOM}torn` });
    } finally {
      Deno.FsFile.prototype.write = write;
    }
  }));

const MODULES = new URL("../../src/transcript/", import.meta.url).href;

/** Another process with the file open, in the middle of a line. */
const WRITER = `
  import { DurableFile } from "${MODULES}durable_file.ts";
  const file = await DurableFile.create(Deno.args[0], "x.jsonl");
  await file.append(${JSON.stringify(`${ROOM}torn`)});
  console.log("written");
  await new Response(Deno.stdin.readable).text();
`;

Deno.test("setTornTailsAside() leaves alone what a living process writes, and not what a dead one has", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/writer.ts`, WRITER);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--cached-only", "-A", `${folder}/writer.ts`, folder],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const path = `${folder}/x.jsonl`;
    assert.deepEqual(await setTornTailsAside(folder), { moved: [], failures: [] });
    assert.equal(await Deno.readTextFile(path), `${ROOM}torn`);
    child.kill("SIGKILL");
    await child.status;
    await child.stdin.close().catch(() => {});
    while (!(await reader.read()).done);
    assert.equal((await setTornTailsAside(folder)).moved.length, 1);
    assert.equal(await Deno.readTextFile(path), ROOM);
  }));

Deno.test("a file of this process that is being written is left alone, too", () =>
  inTempFolder(async (folder) => {
    const file = await DurableFile.create(folder, "x.jsonl");
    await file.append(`${ROOM}torn`);
    assert.deepEqual((await setTornTailsAside(folder)).moved, []);
    await file.end();
  }));
