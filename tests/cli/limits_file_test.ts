import assert from "node:assert/strict";
import { LIMITS } from "../../src/chat/limits.ts";
import { readLimitsFile } from "../../src/cli/limits_file.ts";
import { ProgramFolder } from "../testkit/program.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

async function read(text: string): ReturnType<typeof readLimitsFile> {
  return await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/limits`, text);
    return await readLimitsFile(`${folder}/limits`);
  });
}

Deno.test("readLimitsFile() takes what it names, and leaves the rest at its default", async () => {
  const text = "# ours\nstatements_per_second=100\nexempt=10.0.0.0/8 2001:db8::/32\n";
  const { limits, exempt } = await read(text);
  assert.deepEqual(limits, { ...LIMITS, statementsPerSecond: 100 });
  assert.deepEqual(exempt.map(({ bits }) => bits), [8, 32]);
});

Deno.test("readLimitsFile() says all that is wrong at once", async () => {
  const text = "statement_per_second=1\nconnections=0\nhandshakes_burst=many\nexempt=10.0.0.0/40\n";
  await assert.rejects(read(text), (error: Error) => {
    for (
      const part of [
        'no limit "statement_per_second", perhaps statements_per_second',
        'connections: "0", expected 1 to 1000000',
        'handshakes_burst: "many"',
        'exempt: "10.0.0.0/40" is no address or range',
      ]
    ) assert.ok(error.message.includes(part), error.message);
    return true;
  });
});

Deno.test("serve reads limits again at SIGHUP; a file that is wrong changes nothing", async () => {
  await using folder = await ProgramFolder.ofTeam(["alice"]);
  const file = `${folder.path}/limits`;
  await Deno.writeTextFile(file, "connections_per_address=5\n");
  const { server, address } = await folder.serve([
    ...["--protocol", "2", "--sign-in", "certificate", "--limits", "limits"],
  ]);
  const asAlice = (...command: readonly string[]) => [
    ...[...command, "--server", address, "--server-name", "chat.test"],
    ...["--cert", "certs/alice-cert.pem", "--key", "certs/alice-key.pem"],
  ];
  const send = () => folder.run(asAlice("send", "main", "hello"));
  assert.equal((await send()).status, 0);
  await Deno.writeTextFile(file, "connections=none\n");
  server.kill("SIGHUP");
  await server.until("stderr", /cannot use limits: connections: "none", expected 1 to 1000000/);
  assert.equal((await send()).status, 0);
  const tail = folder.start(asAlice("tail", "main", "-n", "9"));
  await tail.until("stdout", /hello/); // it is in
  await Deno.writeTextFile(file, "connections_per_address=1\n");
  server.kill("SIGHUP");
  await server.until("stderr", /read again/);
  const { status, stderr } = await send();
  assert.equal(status, 75);
  assert.match(stderr, /connections_per_address is 1: try again in/);
  tail.kill("SIGTERM");
  await folder.finish(tail);
});
