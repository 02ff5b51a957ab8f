/**
 * `deno task demo`: a whole session, as its people would see it, in a temporary folder: a CA and
 * certificates, a server with its operator, two clients of protocol 2 that register, talk, leave and
 * log in again, and the audit of every transcript. Real files, real TCP, the real commands.
 *
 * @module
 */

import { main } from "../src/main.ts";
import { Actor, type ActorOptions } from "./demo_actor.ts";
import { print } from "./print.ts";

const PASSWORD_MODE = 0o600;
const WAIT_MS = 25_000; // the whole demo promises 30 s

/** Runs one command of the demo to its end and shows it. */
async function command(name: string, args: readonly string[]): Promise<number> {
  const actor = new Actor({ name, args, isAsked: false });
  return await actor.run(main);
}

/** Starts a command that goes on while others work. */
function start(options: ActorOptions): { readonly actor: Actor; readonly done: Promise<number> } {
  const actor = new Actor(options);
  return { actor, done: actor.run(main) };
}

function connectArgs(person: string, { port, flag }: { port: string; flag: string }): string[] {
  const files = ["--cert", `certs/${person}-cert.pem`, "--key", `certs/${person}-key.pem`];
  const account = ["--email", `${person}@example.org`, "--password-file", `${person}.password`];
  return ["connect", `127.0.0.1:${port}`, flag, ...account, ...files];
}

async function makeCertificates(): Promise<number[]> {
  const type = ["--key-type", "ed25519"]; // made at once; an RSA key of 4096 bits takes seconds
  return [
    await command("admin", ["ca", "init", "--name", "Demo CA", ...type]),
    await command("admin", ["cert", "issue", "--cn", "chat.example", "--type", "server", ...type]),
    ...await Promise.all(["alice", "bob"].map((person) =>
      command("admin", [
        ...["cert", "issue", "--cn", person, "--type", "client"],
        ...["--out", `certs/${person}`, ...type],
      ])
    )),
  ];
}

/** The conversation; returns the exit statuses of everybody in it. */
async function converse(): Promise<number[]> {
  for (const person of ["alice", "bob"]) {
    const password = `${crypto.randomUUID()}\n`;
    await Deno.writeTextFile(`${person}.password`, password, { mode: PASSWORD_MODE });
  }
  const server = start({
    name: "server",
    args: ["serve", "--port", "0", "--protocol", "2", "--admin-socket", "off"],
  });
  const [, port = ""] = await server.actor.sees(/Address +127\.0\.0\.1:(\d+)/);
  const alice = start({ name: "alice", args: connectArgs("alice", { port, flag: "--register" }) });
  const bob = start({ name: "bob", args: connectArgs("bob", { port, flag: "--register" }) });
  await Promise.all([alice.actor.sees(/phase 5/), bob.actor.sees(/phase 5/)]);
  alice.actor.types("hello, this is alice");
  await bob.actor.sees(/\[alice\] hello, this is alice/);
  bob.actor.types("bob here; the pump is off since 14:02");
  await Promise.all([server.actor.sees(/the pump is off/), alice.actor.sees(/the pump is off/)]);
  server.actor.types("noted, and signed");
  await Promise.all([alice.actor.sees(/noted, and/), bob.actor.sees(/noted, and/)]);
  bob.actor.types("/quit");
  const bobLeft = await bob.done;
  const again = start({ name: "bob", args: connectArgs("bob", { port, flag: "--login" }) });
  await again.actor.sees(/phase 5/);
  again.actor.types("back again, same account");
  await alice.actor.sees(/back again, same account/);
  again.actor.types("/quit");
  alice.actor.types("/quit");
  const left = await Promise.all([again.done, alice.done]);
  server.actor.types("/quit");
  return [bobLeft, ...left, await server.done];
}

/** Verifies every transcript; returns the exit status and the verdict lines. */
async function audit(): Promise<{ readonly status: number; readonly verdicts: string[] }> {
  const names = await Array.fromAsync(Deno.readDir("transcripts"), ({ name }) => name);
  const files = names.sort().map((name) => `transcripts/${name}`);
  const auditor = new Actor({ name: "auditor", args: ["verify", ...files] });
  const status = await auditor.run(main);
  const verdicts = auditor.seen.split("\n").filter((line) => /: (IN)?VALID|INCOMPLETE/.test(line));
  return { status, verdicts };
}

async function demo(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "securechat-demo-" });
  Deno.chdir(folder);
  const statuses = [...await makeCertificates(), ...await converse()];
  const { status, verdicts } = await audit();
  const failed = [...statuses, status].filter((each) => each !== 0).length;
  print(`\n${verdicts.join("\n")}`);
  print(
    failed === 0
      ? `all held: ${statuses.length + 1} commands ended with status 0`
      : `${failed} of ${statuses.length + 1} commands failed`,
  );
  print(`kept in ${folder}`);
  return failed === 0 ? 0 : 1;
}

const late = setTimeout(() => {
  print("the demo took too long: something above did not happen");
  Deno.exit(1);
}, WAIT_MS);
Deno.exitCode = await demo();
clearTimeout(late);
