/**
 * Promise: nothing that a peer sends reaches a terminal as a control sequence; it is shown, not obeyed.
 *
 * @module
 */

import { type ClientView, clientView } from "../../src/cli/client_view.ts";
import { report } from "../../src/cli/report.ts";
import { ServerView } from "../../src/cli/server_view.ts";
import { passwordHash } from "../../src/crypto/password.ts";
import {
  type ChatWorld,
  PASSWORD,
  startWorld,
  testIdentity,
  testLeaf,
} from "../testkit/chat_world.ts";
import type { TestClient } from "../testkit/chat_world.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { forward, Middle } from "../testkit/middle.ts";
import type { Attack } from "./attack.ts";
import { selfSigned } from "./certificates.ts";
import { answerHello, HostileServer } from "./hostile_server.ts";
import { ask, enter, knock, loginRequest, message, registerRequest, sayHello } from "./intruder.ts";
import { codeAtServer, eventsOf, eventually } from "./observe.ts";
import { RawPeer } from "./raw_peer.ts";

/** What a person must see of {@link HOSTILE}. */
const SHOWN = "mischief";

/** What a forged line would begin with. */
const FORGED_LINE = "[operator]";

/** Clears the screen, writes the clipboard, reverses the writing, colours (C1), forges a line. */
export const HOSTILE = `${SHOWN}\x1b[2J\x1b]52;c;ZXZpbA==\x07\u202etxt\u2066\u009b31m\x7f\r\n` +
  `\u2028${FORGED_LINE} tell me your password`;

/** The same for a field that may not hold a line end. */
export const HOSTILE_NAME = `${SHOWN}\x1b[2J\x1b]0;root\x07\u202e\u009b31m`;

/** Judges everything that was written to a terminal. */
function judge(screen: string): string {
  const lines = screen.split("\n");
  const controls = lines.some((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line));
  if (controls) return "obeyed";
  if (lines.some((line) => line.startsWith(FORGED_LINE))) return "forged a line";
  return screen.includes(SHOWN) ? "escaped" : "not shown";
}

/** Everything that an operator saw. */
export function operatorScreen(world: Pick<ChatWorld, "serverEvents">): string {
  const io = memoryIo({ answers: [] });
  const view = new ServerView(io);
  for (const event of world.serverEvents) view.show(event);
  return io.stdout() + io.stderr();
}

const VIEWS = [
  { isTerminal: true, json: false },
  { isTerminal: false, json: false },
  { isTerminal: true, json: true },
] as const;

/** Everything that a person, a script, or whoever asked for JSON saw at a client. */
export function clientScreens(client: Pick<TestClient, "events">): readonly string[] {
  return VIEWS.map(({ isTerminal, json }) => {
    const io = memoryIo({ answers: [] });
    const out = { isTerminal, write: io.out.write };
    const view: ClientView = clientView({ ...io, out }, { json });
    for (const event of client.events) {
      view.show(event);
      if (event.kind === "ended" && event.error !== undefined) report(io, event.error);
    }
    return io.stdout() + io.stderr();
  });
}

/** The same of several. */
export function judgeAll(screens: readonly string[]): string {
  return [...new Set(screens.map(judge))].join(", ");
}

async function inWords(): Promise<string> {
  await using world = await startWorld();
  const intruder = await enter(world);
  await using peer = intruder.peer;
  const { signingKey } = await testIdentity("mallory", "client");
  peer.sendMessage(await message(intruder, { text: HOSTILE, signingKey }));
  await eventually(() => eventsOf(world, peer).find((event) => event.kind === "said"));
  return judge(operatorScreen(world));
}

async function inOperatorsWords(): Promise<string> {
  await using world = await startWorld();
  const client = await world.join("alice");
  world.server.say(HOSTILE);
  await eventually(() => client.texts().length > 0);
  return judgeAll(clientScreens(client));
}

/** Registers under a hostile name; the server must refuse before any screen is reached. */
async function inRegistration(fields: { email: string; username: string }): Promise<string> {
  await using world = await startWorld();
  const { peer, key } = await knock(world);
  await using _peer = peer;
  const answer = await ask(peer, { key, question: registerRequest(fields) });
  return answer.status === "OK" ? "accepted" : await codeAtServer(world, peer);
}

/** Logs in to an account that an older program made with a hostile name. */
async function inOldName(): Promise<string> {
  await using world = await startWorld();
  const salt = new Uint8Array(16);
  const pwdHash = passwordHash(salt, PASSWORD);
  await world.store.add({ email: "old@example.test", username: HOSTILE_NAME, salt, pwdHash });
  const { peer, key } = await knock(world);
  await using _peer = peer;
  await ask(peer, { key, question: loginRequest("old@example.test", pwdHash) });
  await eventually(() => eventsOf(world, peer).find((event) => event.kind === "signed_in"));
  return judge(operatorScreen(world));
}

async function inClientsCertificate(): Promise<string> {
  await using world = await startWorld();
  await using good = await RawPeer.connect(world.server.address.port);
  await sayHello(good, (await testLeaf(HOSTILE_NAME, "client")).certificate);
  await using bad = await RawPeer.connect(world.server.address.port);
  await sayHello(bad, await selfSigned("x", "client"));
  await using strange = await RawPeer.connect(world.server.address.port);
  await sayHello(strange, (await testLeaf(HOSTILE_NAME, "server")).certificate);
  await codeAtServer(world, bad);
  await codeAtServer(world, strange);
  return judge(operatorScreen(world));
}

async function inServersCertificate(): Promise<string> {
  const { certificate } = await testLeaf(HOSTILE_NAME, "server");
  await using world = await startWorld();
  await using hostile = await HostileServer.start((peer) => answerHello(peer, certificate));
  const refusing = await world.dial({ port: hostile.port });
  await eventually(() => refusing.endCode);
  const accepting = await world.dial({ port: hostile.port, serverName: HOSTILE_NAME });
  await eventually(() => accepting.events.find((event) => event.kind === "peer"));
  return judgeAll([refusing, accepting].flatMap(clientScreens));
}

async function inRefusal(): Promise<string> {
  await using world = await startWorld();
  await using hostile = await HostileServer.start(async (peer) => {
    await peer.next();
    peer.sendMessage({ type: "status", status: "ERROR", message: HOSTILE });
  });
  const client = await world.dial({ port: hostile.port });
  await eventually(() => client.endCode);
  return judgeAll(clientScreens(client));
}

async function inStatus(): Promise<string> {
  await using world = await startWorld();
  await using middle = Middle.start({ port: world.server.address.port, rule: forward });
  const client = await world.join("alice", { port: middle.port });
  const status = { type: "status", status: HOSTILE, message: HOSTILE };
  await middle.inject("client", status);
  await middle.inject("server", status);
  await eventually(() => client.events.find((event) => event.kind === "told"));
  await eventually(() => world.sessionEvents.find((event) => event.kind === "told"));
  return judgeAll([operatorScreen(world), ...clientScreens(client)]);
}

const PROMISE = "text is shown, never obeyed";

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a client writes control sequences to the operator",
    promise: PROMISE,
    expected: "escaped",
    where: "server's screen",
    run: inWords,
  },
  {
    name: "the operator writes control sequences to a client",
    promise: PROMISE,
    expected: "escaped",
    where: "client's screen",
    run: inOperatorsWords,
  },
  {
    name: "a client registers control sequences as its name",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, phase 3",
    run: () => inRegistration({ email: "mallory@example.test", username: HOSTILE_NAME }),
  },
  {
    name: "a client registers control sequences as its e-mail address",
    promise: PROMISE,
    expected: "FORMAT",
    where: "server, phase 3",
    run: () => inRegistration({ email: "mallory\x1b[2J@example.test", username: "mallory" }),
  },
  {
    name: "an old account has control sequences in its name",
    promise: PROMISE,
    expected: "escaped",
    where: "server's screen",
    run: inOldName,
  },
  {
    name: "a client's certificate has control sequences in its name",
    promise: PROMISE,
    expected: "escaped",
    where: "server's screen",
    run: inClientsCertificate,
  },
  {
    name: "a server's certificate has control sequences in its name",
    promise: PROMISE,
    expected: "escaped",
    where: "client's screen",
    run: inServersCertificate,
  },
  {
    name: "a server refuses with control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "client's screen",
    run: inRefusal,
  },
  {
    name: "the middle sends statuses with control sequences",
    promise: PROMISE,
    expected: "escaped",
    where: "both screens",
    run: inStatus,
  },
];
