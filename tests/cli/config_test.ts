import assert from "node:assert/strict";
import {
  checkSettings,
  type Config,
  mergeSettings,
  type SettingFlags,
} from "../../src/cli/config.ts";
import { parseDotenv, readDotenv } from "../../src/cli/dotenv_file.ts";
import { type RawSettings, SETTING_NAMES, SETTINGS } from "../../src/cli/settings.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

interface Sources {
  readonly dotenv?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: SettingFlags;
}

function read({ dotenv = "", env = {}, flags = {} }: Sources): Config {
  const values = parseDotenv(new TextEncoder().encode(dotenv));
  return mergeSettings(memoryIo({ env }), { flags, dotenv: values });
}

Deno.test("mergeSettings() gives the original's defaults where nothing is set", () => {
  const config = read({});
  assert.deepEqual(config.database, { kind: "sqlite", path: "securechat.db" });
  assert.deepEqual([config.serverHost, config.serverPort], ["127.0.0.1", 5555]);
  assert.deepEqual(config.server, { cert: "certs/server-cert.pem", key: "certs/server-key.pem" });
  assert.equal(config.certValidityDays, 365);
  assert.equal(config.logLevel, "info");
});

Deno.test("mergeSettings() takes options over the environment over .env", () => {
  const dotenv = "SERVER_PORT=1\n";
  const env = { SERVER_PORT: "2" };
  assert.equal(read({ dotenv }).serverPort, 1);
  assert.equal(read({ dotenv, env }).serverPort, 2);
  assert.equal(read({ dotenv, env, flags: { SERVER_PORT: "3" } }).serverPort, 3);
});

Deno.test("mergeSettings() takes an empty value for an unset one", () => {
  const sources = {
    dotenv: "SERVER_PORT=7\n",
    env: { SERVER_PORT: "" },
    flags: { SERVER_PORT: "" },
  };
  assert.equal(read(sources).serverPort, 7);
});

Deno.test("mergeSettings() uses MySQL when DB_HOST is set", () => {
  const dotenv = 'DB_HOST=db.example\nDB_USER=chat\nDB_PASSWORD="a#b c"\n';
  assert.deepEqual(read({ dotenv }).database, {
    kind: "mysql",
    options: {
      host: "db.example",
      port: 3306,
      user: "chat",
      password: "a#b c",
      database: "securechat",
    },
  });
});

Deno.test("mergeSettings() knows the original's spellings of levels and truth", () => {
  // DEBUG, LOG_LEVEL, level
  const cases: readonly (readonly [string, string, string])[] = [
    ["False", "INFO", "info"],
    ["True", "INFO", "debug"],
    ["1", "error", "debug"],
    ["no", "Warning", "warning"],
    ["off", "ERROR", "error"],
    ["", "DEBUG", "debug"],
  ];
  for (const [DEBUG, LOG_LEVEL, level] of cases) {
    assert.equal(read({ env: { DEBUG, LOG_LEVEL } }).logLevel, level);
  }
});

Deno.test("mergeSettings() names the setting, its source and the problem", () => {
  // sources, what the message has
  const cases: readonly (readonly [Sources, RegExp])[] = [
    [{ dotenv: "SERVER_PORT=http\n" }, /SERVER_PORT from \.env: "http"/],
    [{ env: { DB_PORT: "70000" } }, /DB_PORT from the environment: "70000"/],
    [{ flags: { SERVER_PORT: "-1" } }, /SERVER_PORT from --port: "-1"/],
    [{ env: { DEBUG: "maybe" } }, /DEBUG from the environment/],
    [{ env: { SERVER_HOST: "a b" } }, /SERVER_HOST/],
    [{ env: { CA_CERT: "a\nb" } }, /CA_CERT from the environment: "a\\u\{a\}b"/],
  ];
  for (const [sources, message] of cases) {
    assert.throws(() => read(sources), { code: "CONFIG", message });
  }
});

Deno.test("mergeSettings() asks the environment for the names of the table and no others", () => {
  const asked = new Set<string>();
  const io = memoryIo();
  const env = (name: string) => {
    asked.add(name);
    return undefined;
  };
  mergeSettings({ ...io, env }, { flags: {}, dotenv: {} });
  assert.deepEqual([...asked].sort(), [...SETTING_NAMES].sort());
});

Deno.test("checkSettings() never quotes a password", () => {
  const values = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, { value: SETTINGS[name].fallback, source: "the default" }]),
  ) as unknown as RawSettings;
  const password = { value: 7 as unknown as string, source: ".env" };
  assert.throws(() => checkSettings({ ...values, DB_PASSWORD: password }), (error: Error) => {
    assert.match(error.message, /DB_PASSWORD from \.env/);
    assert.doesNotMatch(error.message, /7/);
    return true;
  });
});

Deno.test("parseDotenv() reads what util.parseEnv reads and refuses what it would skip", () => {
  const parse = (text: string) => ({ ...parseDotenv(new TextEncoder().encode(text)) });
  assert.deepEqual(parse("A=1\r\n\n# c\n  export B = two # c\nC='x\ny'\nD="), {
    A: "1",
    B: "two",
    C: "x\ny",
    D: "",
  });
  for (const text of ["A", "A 1", "=1", 'A="1', "A='1\nB=2", 'A="1" 2', "1A=2", "{}"]) {
    assert.throws(() => parse(text), { code: "CONFIG" }, text);
  }
  assert.throws(() => parseDotenv(new Uint8Array([0x41, 0x3d, 0xff])), { code: "CONFIG" });
});

Deno.test("readDotenv() reads a file, takes a missing one for empty, and rejects others with CONFIG", () =>
  inTempFolder(async (folder) => {
    const path = `${folder}/.env`;
    assert.deepEqual(await readDotenv(path), {});
    await Deno.writeTextFile(path, "DB_NAME=chat\n");
    assert.equal((await readDotenv(path)).DB_NAME, "chat");
    await Deno.writeTextFile(path, `#${"x".repeat(65_536)}\n`);
    await assert.rejects(readDotenv(path), { code: "CONFIG" });
    await assert.rejects(readDotenv(folder), { code: "CONFIG" });
  }));

Deno.test(".env.example has one commented line for each setting, with its default", async () => {
  const text = await Deno.readTextFile(new URL("../../.env.example", import.meta.url));
  const lines = [...text.matchAll(/^#([A-Z_]+)=(\S*)\s+# \S.*$/gm)];
  const listed = lines.map(([, name = "", fallback = ""]) => [name, fallback]);
  assert.deepEqual(listed, SETTING_NAMES.map((name) => [name, SETTINGS[name].fallback]));
  assert.deepEqual({ ...parseDotenv(new TextEncoder().encode(text)) }, {});
  const uncommented = text.replace(/^#(?=[A-Z_]+=)/gm, "");
  const values = parseDotenv(new TextEncoder().encode(uncommented));
  assert.deepEqual({ ...values }, Object.fromEntries(listed));
});
