import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { quotedIn, readDocument, rowsOf, sectionOf } from "../docs/markdown.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { type Finished, ProgramFolder } from "../testkit/program.ts";

/** A folder with a CA for tests, and a server's certificate by it. */
async function benchFolder(): Promise<ProgramFolder> {
  const folder = await ProgramFolder.create();
  const keys = ["--key-type", "ed25519"];
  for (
    const args of [
      ["ca", "init", "--name", "Load test CA", ...keys],
      ["cert", "issue", "--cn", "chat.test", "--type", "server", ...keys],
    ]
  ) assert.equal((await folder.run(args)).status, 0);
  return folder;
}

/** Serves while something is done. */
async function whileServing(
  folder: ProgramFolder,
  args: readonly string[],
  work: (bench: (options: string) => Promise<Finished>) => Promise<void>,
): Promise<void> {
  const server = folder.start(["serve", "--port", "0", ...args]);
  await server.closeInput();
  const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
  await work((options) => folder.run(["bench", address, ...options.split(" ")]));
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
}

const CERTIFICATE = ["--sign-in", "certificate"];

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => `${path}/${name}`);
}

Deno.test("bench counts every delivery, and every certificate of it is in the books", async () => {
  await using folder = await benchFolder();
  const rooms = ["--room", "bench-1", "--room", "bench-2"];
  await whileServing(folder, [...CERTIFICATE, ...rooms], async (bench) => {
    const plan = "--sessions 12 --rooms 2 --rate 20 --seconds 2 --parallel 4 --json";
    const { status, stdout, stderr } = await bench(`${plan} --transcripts kept --keep 4`);
    assert.equal(status, 0, stdout + stderr);
    const report = JSON.parse(stdout);
    const { sessions, wanted, failed, sent, delivered } = report;
    assert.deepEqual({ sessions, wanted, failed }, { sessions: 12, wanted: 12, failed: 0 });
    assert.deepEqual({ sent, delivered }, { sent: 40, delivered: 40 * 6 });
    const { lost, duplicated, out_of_order: outOfOrder } = report;
    assert.deepEqual([lost, duplicated, outOfOrder], [0, 0, 0]);
    assert.ok(report.p50_ms > 0 && report.p99_ms >= report.p50_ms, stdout);
    assert.ok(report.set_up_ms > 0, stdout);
    assert.equal(report.transcripts.length, 4);
    const rows = rowsOf(sectionOf(readDocument("README.md"), "## Load test"));
    assert.deepEqual(rows.flatMap(([names = ""]) => quotedIn(names)), Object.keys(report));
  });
  const kept = await filesIn(`${folder.path}/kept`);
  const logs = await filesIn(`${folder.path}/transcripts`);
  assert.deepEqual([kept.length, logs.length], [4, 2]);
  assert.equal((await folder.run(["verify", ...kept, ...logs])).status, 0);
  const { stdout } = await folder.run(["ca", "list"]);
  assert.equal([...stdout.matchAll(/ CN=bench-\d+$/gm)].length, 12);
  const books = await Deno.readTextFile(`${folder.path}/certs/ca-ledger.jsonl`);
  assert.equal([...books.matchAll(/"note":"bench"/g)].length, 12);
  assert.equal((await folder.run(["ca", "log", "verify"])).status, 0);
});

Deno.test("bench shares certificates if it is told to, and takes the room main where it is alone", async () => {
  await using folder = await benchFolder();
  await whileServing(folder, CERTIFICATE, async (bench) => {
    const plan = "--sessions 3 --certificates 2 --rate 10 --seconds 1";
    const { status, stdout, stderr } = await bench(plan);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^sessions +3 of 3 in room main,/m);
    assert.match(stdout, /^delivered +30,/m);
    const idle = await bench("--sessions 2 --rate 0 --seconds 1 --json");
    const { sessions, sent, delivered } = JSON.parse(idle.stdout);
    assert.deepEqual({ sessions, sent, delivered }, { sessions: 2, sent: 0, delivered: 0 });
    const missing = await bench("--sessions 2 --rooms 2");
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /\[ROOM\][^]*--room bench-1 … --room bench-2/);
  });
});

Deno.test("bench that is interrupted leaves in order and tells what it measured", async () => {
  await using folder = await benchFolder();
  const server = folder.start(["serve", "--port", "0", ...CERTIFICATE]);
  await server.closeInput();
  const [, address = ""] = await server.until("stderr", /listening on (\S+:\d+)/);
  const endless = ["--sessions", "2", "--rate", "20", "--seconds", "600", "--json"];
  const bench = folder.start(["bench", address, ...endless, "--transcripts", "kept"]);
  const log = `${folder.path}/transcripts`;
  for (;;) {
    const [path = ""] = await filesIn(log).catch(() => []);
    const text = path === "" ? "" : await Deno.readTextFile(path);
    if ([...text.matchAll(/"type":"entry"/g)].length > 6) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  bench.kill("SIGINT");
  const { status, stdout, stderr } = await folder.finish(bench);
  assert.equal(status, 0, stdout + stderr);
  const { sent, delivered } = JSON.parse(stdout);
  assert.ok(sent > 0 && sent < 12_000, stdout);
  assert.equal(delivered, 2 * sent);
  assert.equal((await folder.run(["verify", ...await filesIn(`${folder.path}/kept`)])).status, 0);
  server.kill("SIGTERM");
  assert.equal((await folder.finish(server)).status, 0);
});

Deno.test("bench says what the first session meets: passwords, another CA, nobody", async () => {
  await using folder = await benchFolder();
  await using stranger = await benchFolder();
  await whileServing(folder, [], async (bench) => {
    const password = await bench("--sessions 2");
    assert.equal(password.status, 1);
    assert.match(password.stderr, /\[SIGN_IN\][^]*--sign-in certificate/);
  });
  await whileServing(folder, CERTIFICATE, async (bench) => {
    const files = ["cert", "key"].map((what) => `${stranger.path}/certs/ca-${what}.pem`);
    const unknown = await bench(`--sessions 2 --ca ${files[0]} --ca-key ${files[1]}`);
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /\[BAD_CERT\]/);
  });
  const nobody = await folder.run(["bench", "127.0.0.1:1", "--sessions", "1"]);
  assert.equal(nobody.status, 1);
  assert.match(nobody.stderr, /\[CONNECTION\]/);
});

Deno.test("bench refuses what makes no sense before it makes a certificate", async () => {
  for (
    const args of [
      [],
      ["--sessions", "0"],
      ["--sessions", "2", "--rooms", "3"],
      ["--sessions", "2", "--keep", "2"],
      ["--sessions", "2", "--keep", "3", "--transcripts", "kept"],
      ["--sessions", "2", "--rate", "fast"],
      ["somewhere:else", "--sessions", "2"],
    ]
  ) {
    const io = memoryIo();
    assert.equal(await main(["bench", ...args], io), 2, args.join(" "));
    assert.match(io.stderr(), /\[USAGE\]/);
  }
});
