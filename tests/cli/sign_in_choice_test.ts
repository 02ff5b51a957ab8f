import assert from "node:assert/strict";
import { signInChooser, type SignInFlags } from "../../src/cli/sign_in_choice.ts";
import { memoryIo } from "../testkit/memory_io.ts";

const NONE: SignInFlags = {
  register: false,
  login: false,
  email: undefined,
  username: undefined,
  passwordFile: undefined,
  passwordStdin: false,
  hasName: true,
  command: "securechat connect",
};
const { signal } = new AbortController();

async function choose(answers: readonly string[], flags: Partial<SignInFlags> = {}) {
  const io = memoryIo({ answers });
  const choice = await (await signInChooser(io, { ...NONE, ...flags }))(signal);
  return { io, choice };
}

Deno.test("signInChooser() asks for everything, registering and logging in", async () => {
  const made = await choose(["1", "a@x", "alice", "pw", "pw"]);
  assert.deepEqual(made.choice, {
    mode: "register",
    email: "a@x",
    username: "alice",
    password: "pw",
  });
  const used = await choose([" 2 ", " a@x ", "pw"]);
  assert.deepEqual(used.choice, { mode: "login", email: "a@x", password: "pw" });
  assert.equal(used.io.stdout(), "", "the menu is no result");
});

Deno.test("signInChooser() asks again until an answer is one", async () => {
  const { choice, io } = await choose([
    "7",
    "",
    "1",
    "no address",
    "a@x",
    "a|b",
    "alice",
    "p",
    "p",
  ]);
  assert.equal(choice?.mode, "register");
  assert.match(io.stderr(), /\[USAGE\] cannot use "no address"/);
});

Deno.test("signInChooser() leaves at q and at the end of input, wherever it comes", async () => {
  for (const answers of [["q"], [], ["1"], ["2"], ["1", "a@x"]]) {
    assert.equal((await choose(answers)).choice, undefined);
  }
});

Deno.test("signInChooser() does not ask for what an option has said", async () => {
  const { choice } = await choose(["1", "pw", "pw"], { email: "a@x", username: "alice" });
  assert.equal(choice?.mode === "register" && choice.username, "alice");
});

Deno.test("signInChooser() makes a script's choice before it connects, and each time", async () => {
  const io = memoryIo({ stdin: "pw\nwords\n" });
  const flags = { ...NONE, login: true, email: "a@x", passwordStdin: true };
  const chooser = await signInChooser(io, flags);
  assert.deepEqual(await chooser(signal), await chooser(signal));
});

Deno.test("signInChooser() refuses options that do not suffice with USAGE", async () => {
  const cases: readonly Partial<SignInFlags>[] = [
    {},
    { login: true },
    { login: true, email: "none" },
    { register: true, email: "a@x" },
    { register: true, email: "a@x", username: "a|b" },
    { login: true, email: "a@x" },
  ];
  for (const flags of cases) {
    await assert.rejects(signInChooser(memoryIo(), { ...NONE, ...flags }), { code: "USAGE" });
  }
});
