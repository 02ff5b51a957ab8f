import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { LOG_CATEGORY, startLog, stopLog } from "../../src/cli/log.ts";
import { LogFile } from "../../src/cli/log_file.ts";
import { fillDisk } from "../testkit/full_disk.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

Deno.test("startLog() writes JSON Lines of the level and above, for the owner alone", () =>
  inTempFolder(async (folder) => {
    await startLog(memoryIo(), { file: `${folder}/logs/server.log`, level: "info" });
    const log = getLogger([LOG_CATEGORY, "server"]);
    log.info("session {id} opened", { id: 7 });
    log.debug("not this");
    getLogger(["other"]).error("nor this");
    await stopLog();
    const lines = (await Deno.readTextFile(`${folder}/logs/server.log`)).trim().split("\n");
    assert.equal(lines.length, 1);
    const entry = JSON.parse(lines[0] ?? "");
    assert.equal(entry.message, "session 7 opened");
    assert.equal(entry.logger, "securechat.server");
    assert.deepEqual([modeOf(`${folder}/logs`), modeOf(`${folder}/logs/server.log`)], [
      0o700,
      0o600,
    ]);
  }));

Deno.test("startLog() redacts fields that look secret, also inside others and in the message", () =>
  inTempFolder(async (folder) => {
    await startLog(memoryIo(), { file: `${folder}/s.log`, level: "debug" });
    const log = getLogger([LOG_CATEGORY]);
    const names = ["password", "pwd", "pwdHash", "clientSecret", "sessionKey", "salt", "token"];
    for (const name of names) {
      log.info(`{${name}} {nested}`, { [name]: "hunter2", nested: { [name]: "hunter2" } });
    }
    log.info("{privateKey}", { privateKey: new TextEncoder().encode("hunter2") });
    await stopLog();
    const text = await Deno.readTextFile(`${folder}/s.log`);
    assert.equal(text.split("\n").length, names.length + 2);
    assert.doesNotMatch(text, /hunter2|104,117/);
  }));

Deno.test("startLog() goes on with one warning where the disk refuses", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const io = memoryIo();
    await startLog(io, { file: `${folder}/file/server.log`, level: "info" });
    getLogger([LOG_CATEGORY]).info("lost");
    await stopLog();
    assert.match(
      io.stderr(),
      /^securechat: warning: cannot write the log [^\n]*file\/server\.log[^\n]*\n$/,
    );
  }));

Deno.test("LogFile renames a full file and keeps as many as it may, each with mode 0600", () =>
  inTempFolder((folder) => {
    using file = new LogFile(`${folder}/a.log`, { maxBytes: 10, maxFiles: 3 });
    for (const digit of "123456789") file.append(`${digit.repeat(4)}\n`);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["a.log", "a.log.1", "a.log.2"]);
    assert.equal(Deno.readTextFileSync(`${folder}/a.log`), "9999\n");
    assert.equal(Deno.readTextFileSync(`${folder}/a.log.1`), "7777\n8888\n");
    for (const name of names) assert.equal(modeOf(`${folder}/${name}`), 0o600);
    return Promise.resolve();
  }));

Deno.test("LogFile goes on behind what an earlier run wrote", () =>
  inTempFolder((folder) => {
    for (const line of ["one\n", "two\n"]) {
      using file = new LogFile(`${folder}/a.log`, { maxBytes: 100, maxFiles: 2 });
      file.append(line);
    }
    assert.equal(Deno.readTextFileSync(`${folder}/a.log`), "one\ntwo\n");
    return Promise.resolve();
  }));

Deno.test("startLog() counts the lines that a full disk takes not, and says so when it takes them again", () =>
  inTempFolder(async (folder) => {
    const io = memoryIo();
    await startLog(io, { file: `${folder}/server.log`, level: "info" });
    const log = getLogger([LOG_CATEGORY]);
    log.info("first");
    {
      using _full = fillDisk({ fits: 9 });
      for (let line = 0; line < 3; line++) log.info("lost");
    }
    log.info("last");
    await stopLog();
    const lines = (await Deno.readTextFile(`${folder}/server.log`)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ message }) => message), [
      ...["first", "3 lines are missing here: the disk took none", "last"],
    ]);
    assert.deepEqual(lines[1].properties, { event: "log.lost", lost: 3 });
    const told = io.stderr().trimEnd().split("\n");
    assert.equal(told.length, 2, io.stderr());
    assert.match(told[1] ?? "", /written again: it lacks 3 lines/);
  }));

Deno.test("LogFile that cannot begin a new file keeps the old ones where they are", () =>
  inTempFolder((folder) => {
    using file = new LogFile(`${folder}/a.log`, { maxBytes: 10, maxFiles: 3 });
    for (const digit of "123") file.append(`${digit.repeat(7)}\n`);
    const { openSync } = Deno;
    Deno.openSync = () => {
      throw new Error("no more files");
    };
    try {
      assert.throws(() => file.append("4444444\n"), /no more files/);
    } finally {
      Deno.openSync = openSync;
    }
    file.append("5555555\n");
    assert.deepEqual(
      ["a.log", "a.log.1", "a.log.2"].map((name) => Deno.readTextFileSync(`${folder}/${name}`)),
      ["5555555\n", "3333333\n", "2222222\n"],
    );
    return Promise.resolve();
  }));
