/** A disk that fills while people chat: real programs, real files, a real file system. */

import assert from "node:assert/strict";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import { ProgramFolder, type RunningProgram } from "../testkit/program.ts";
import { onSmallDisk } from "../testkit/small_disk.ts";

const NAMES = ["alice", "bob", "carol", "dave"];

function connect(address: string, name: string, transcripts: string): readonly string[] {
  const files = ["--cert", `certs/${name}-cert.pem`, "--key", `certs/${name}-key.pem`];
  const account = ["--register", "--email", `${name}@example.test`, "--password-stdin"];
  const where = ["--server-name", "chat.test", "--transcripts", transcripts];
  return ["connect", address, ...account, ...where, ...files];
}

async function enter(
  folder: ProgramFolder,
  args: readonly string[],
): Promise<RunningProgram> {
  const client = folder.start(args);
  await client.write("a password\n");
  await client.until("stderr", /phase 5/);
  return client;
}

/** What was said in a room, by its file. */
async function textsOf(path: string): Promise<readonly string[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === "entry")
    .map(({ stmt }) => parseStatement(Uint8Array.fromBase64(stmt)).text);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => `${folder}/${name}`).filter((path) => path.endsWith(".jsonl"));
}

/** Words of a person as another one was shown them. */
function shown({ stdout }: RunningProgram): readonly string[] {
  return [...stdout.matchAll(/^\[alice\] (word \d+)$/gm)].map(([, text = ""]) => text);
}

async function requireValid(folder: ProgramFolder, paths: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await folder.run(["verify", ...paths]);
  assert.equal(status, 0, stdout + stderr);
}

onSmallDisk(
  "a server whose disk is full refuses words, says so to all, and goes on when there is room",
  async (disk) => {
    await using folder = await ProgramFolder.ofTeam(NAMES);
    const transcripts = `${disk.path}/transcripts`;
    const places = ["--transcripts", transcripts, "--logs", `${disk.path}/logs`];
    const options = [...places, "--db", `${disk.path}/accounts.db`];
    const { server, address } = await folder.serve(["--protocol", "2", ...options]);
    const alice = await enter(folder, connect(address, "alice", "of-alice"));
    const bob = await enter(folder, connect(address, "bob", "of-bob"));
    let said = 0;
    const say = async () => await alice.write(`word ${++said}\n`);
    for (let count = 0; count < 20; count++) await say();
    await bob.until("stdout", /word 20$/m);
    disk.fill();
    // The last page of the file may have room for some: until somebody is told.
    while (!/asks to wait/.test(alice.stderr) && said < 500) {
      await say();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const each of [alice, bob]) await each.until("stdout", /server's disk is full/);
    await alice.until("stderr", /asks to wait: the server's disk is full/);
    await server.until("stderr", /\[FILE\] cannot write .*: the disk is full/);
    await alice.until("stderr", /messages? waits? for the server: the server's disk is full/);
    disk.fill(); // the reserve, too: now nothing at all can be written
    const carol = await folder.run(connect(address, "carol", "of-carol"), {
      input: "a password\n",
    });
    assert.equal(carol.status, 75); // there may be room again later
    assert.match(carol.stderr, /\[BUSY\]/);
    // Whatever was shown is in the log, although the disk is full.
    const [path = ""] = await filesIn(transcripts);
    const before = shown(bob);
    const log = new Set(await textsOf(path));
    assert.deepEqual(before.filter((text) => !log.has(text)), []);
    assert.ok(before.length < said, "something waits");

    disk.empty();
    for (const each of [alice, bob]) await each.until("stdout", /has room again/);
    await alice.until("stderr", /the server has taken all that you said/);
    await say();
    await bob.until("stdout", new RegExp(`word ${said}$`, "m"));
    const all = Array.from({ length: said }, (_, index) => `word ${index + 1}`);
    assert.deepEqual(shown(bob), all, "each once, in order");
    const dave = await enter(folder, connect(address, "dave", "of-dave"));
    for (const each of [alice, bob, dave]) {
      await each.closeInput();
      assert.equal((await folder.finish(each)).status, 0, each.stderr);
    }
    server.kill("SIGTERM");
    assert.equal((await folder.finish(server)).status, 0, server.stderr);
    assert.match(server.stderr, /the disk has room again/);
    const words = (await textsOf(path)).filter((text) => text.startsWith("word "));
    assert.deepEqual(words, all);
    const folders = [transcripts, "of-alice", "of-bob", "of-dave"].map((each) =>
      each.startsWith("/") ? each : `${folder.path}/${each}`
    );
    await requireValid(folder, (await Promise.all(folders.map(filesIn))).flat());
  },
);

onSmallDisk(
  "a client whose disk is full shows nothing until there is room, and misses nothing",
  async (disk) => {
    await using folder = await ProgramFolder.ofTeam(NAMES);
    const { server, address } = await folder.serve(["--protocol", "2"]);
    const alice = await enter(folder, connect(address, "alice", "of-alice"));
    const bob = await enter(folder, connect(address, "bob", disk.path));
    await alice.write("word 1\n");
    await bob.until("stdout", /word 1$/m);
    disk.fill();
    let said = 1;
    while (!/disk of this machine is full/.test(bob.stderr) && said < 500) {
      await alice.write(`word ${++said}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await bob.until("stderr", /\[FILE\] .*: the disk of this machine is full/);
    const [path = ""] = await filesIn(disk.path);
    const texts = new Set(await textsOf(path));
    assert.deepEqual(shown(bob).filter((text) => !texts.has(text)), []);
    assert.ok(shown(bob).length < said, "something waits");
    await bob.write("from bob\n");
    disk.empty();
    await bob.until("stderr", /the disk of this machine has room again/);
    await bob.until("stdout", new RegExp(`word ${said}$`, "m"));
    assert.deepEqual(shown(bob), Array.from({ length: said }, (_, index) => `word ${index + 1}`));
    await alice.until("stdout", /\[bob\] from bob/);
    for (const each of [alice, bob]) {
      await each.closeInput();
      assert.equal((await folder.finish(each)).status, 0, each.stderr);
    }
    server.kill("SIGTERM");
    assert.equal((await folder.finish(server)).status, 0);
    await requireValid(folder, [
      ...await filesIn(disk.path),
      ...await filesIn(`${folder.path}/of-alice`),
    ]);
  },
);
