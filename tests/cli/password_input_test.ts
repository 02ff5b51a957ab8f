import assert from "node:assert/strict";
import { type PasswordOptions, readPassword } from "../../src/cli/password_input.ts";
import { memoryIo, type MemoryIoOptions } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";

const NONE: PasswordOptions = { passwordFile: undefined, passwordStdin: false };
const NEW: PasswordOptions = { ...NONE, isNew: true };
const STDIN: PasswordOptions = { ...NONE, passwordStdin: true };

Deno.test("readPassword() asks once for an old password and twice for a new one", async () => {
  const old = memoryIo({ answers: ["secret"] });
  assert.equal(await readPassword(old, NONE), "secret");
  assert.equal(old.stderr(), "Password: \n");
  const fresh = memoryIo({ answers: ["secret", "secret"] });
  assert.equal(await readPassword(fresh, NEW), "secret");
  assert.equal(fresh.stderr(), "New password: \nThe same again: \n");
});

Deno.test("readPassword() takes the first line of standard input, spaces included", async () => {
  assert.equal(await readPassword(memoryIo({ stdin: " a b \nmore\n" }), STDIN), " a b ");
});

Deno.test("readPassword() takes the first line of a file and warns if others can read it", () =>
  inTempFolder(async (folder) => {
    const [pw, binary] = [`${folder}/pw`, `${folder}/binary`];
    await Deno.writeTextFile(pw, "secret\r\nmore\n", { mode: 0o600 });
    const io = memoryIo();
    assert.equal(await readPassword(io, { ...NONE, passwordFile: pw }), "secret");
    assert.equal(io.stderr(), "");
    await Deno.chmod(pw, 0o644);
    assert.equal(await readPassword(io, { ...NONE, passwordFile: pw }), "secret");
    assert.match(io.stderr(), /warning: others can read/);
    await Deno.writeFile(binary, new Uint8Array([0xff, 0xfe]));
    const reading = readPassword(io, { ...NONE, passwordFile: binary });
    await assert.rejects(reading, { code: "FORMAT" });
  }));

Deno.test("readPassword() rejects none, two that differ, a long one, and two sources", async () => {
  // options, world
  const cases: readonly (readonly [PasswordOptions, MemoryIoOptions])[] = [
    [NONE, { answers: [] }],
    [NONE, { answers: [""] }],
    [NONE, {}],
    [NEW, { answers: ["secret", "sekret"] }],
    [NEW, { answers: ["x".repeat(1025)] }],
    [STDIN, { stdin: "" }],
    [{ passwordFile: "x", passwordStdin: true }, {}],
  ];
  for (const [options, world] of cases) {
    await assert.rejects(readPassword(memoryIo(world), options), { code: "USAGE" });
  }
});
