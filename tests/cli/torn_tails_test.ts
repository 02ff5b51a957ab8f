import assert from "node:assert/strict";
import { ProgramFolder } from "../testkit/program.ts";

const KEYS = ["--key-type", "ed25519"];
const TOLD =
  /^securechat: transcripts\/x\.jsonl: its last line was cut off by a crash: 4 bytes moved to x\.jsonl\.torn-[0-9a-f]{8}$/m;

async function folderWithTornFile(): Promise<ProgramFolder> {
  const folder = await ProgramFolder.create();
  for (
    const args of [
      ["ca", "init", "--name", "Team CA", ...KEYS],
      ["cert", "issue", "--cn", "chat.test", "--type", "server", ...KEYS],
      ["cert", "issue", "--cn", "alice", "--type", "client", "--out", "certs/client", ...KEYS],
    ]
  ) assert.equal((await folder.run(args)).status, 0);
  await Deno.mkdir(`${folder.path}/transcripts`);
  await Deno.writeTextFile(`${folder.path}/transcripts/x.jsonl`, '{"chain":["AAAA"]}\ntorn');
  return folder;
}

Deno.test("serve and connect move torn last lines aside, and say so on standard error and in the log", async () => {
  for (const command of ["serve --port 0", "connect 127.0.0.1:1 --login --email a@b.test"]) {
    await using folder = await folderWithTornFile();
    const password = command.startsWith("connect") ? ["--password-stdin"] : [];
    const program = folder.start([...command.split(" "), ...password]);
    await program.write("pass\n");
    await program.until("stderr", TOLD);
    await program.closeInput();
    program.kill("SIGTERM");
    await folder.finish(program);
    const path = `${folder.path}/transcripts/x.jsonl`;
    assert.equal(await Deno.readTextFile(path), '{"chain":["AAAA"]}\n');
    const role = command.startsWith("serve") ? "server" : "client";
    const log = await Deno.readTextFile(`${folder.path}/logs/${role}.log`);
    assert.match(log, /"message":"torn last line of [^\n]*4 bytes moved/);
  }
});
