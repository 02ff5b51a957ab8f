/**
 * Promise: who only listens on the wire learns that somebody talks to the server, when, and how much;
 * not who, and nothing of what. tshark captures whole sessions.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { SERVER2_NAME } from "../../testkit/identities2.ts";
import { PASSWORD2 } from "../../testkit/room_server_world.ts";
import type { Attack } from "../attack.ts";
import { captureWire, searchWire } from "../capture.ts";
import { eventually } from "../observe.ts";
import { someone, startScene } from "./scene.ts";

const NAME = "quartermaster";
const EMAIL = `${NAME}@example.test`;
const WORDS = "the treasure is under the old oak";
const ANSWER = "then dig there at midnight please";

/** So many bytes of a signature are nobody else's. */
const PART_BYTES = 24;

let captured: Promise<Buffer> | undefined;

async function makeCapture(): Promise<Buffer> {
  await using world = await startScene({ signIn: "password" });
  return await captureWire(world.server.address.port, async () => {
    const own = await someone(NAME);
    const first = await world.join(NAME, { own });
    first.client.say(WORDS);
    await eventually(() => first.heard.includes(`me: ${WORDS}`));
    world.server.say(ANSWER);
    await eventually(() => first.heard.includes(`server: ${ANSWER}`));
    await first.client.leave();
    const again = await world.dial(NAME, { own });
    await again.untilKind("sign_in_wanted");
    await again.client.signIn({ mode: "login", email: EMAIL, password: PASSWORD2 });
    await again.untilKind("entered");
    await again.client.leave();
  });
}

async function search(secrets: readonly (string | Uint8Array)[]): Promise<string> {
  captured ??= makeCapture();
  return searchWire(await captured, secrets, [
    '"type":"hello","version":2',
    '"type":"server_hello"',
  ]);
}

/** Parts of a certificate that no other has: its signature is last in it, 64 bytes (RFC 8410). */
async function partsOf(name: string, role: "client" | "server"): Promise<readonly Uint8Array[]> {
  const { chain: [der = new Uint8Array()] } = await someone(name, role);
  return [-64, -2 * PART_BYTES].map((at) => der.subarray(at, at + PART_BYTES));
}

function listening(
  what: string,
  secrets: () => Promise<readonly (string | Uint8Array)[]> | readonly string[],
): Attack {
  return {
    name: `protocol 2: a listener captures whole sessions and looks for ${what}`,
    promise: "who only listens learns nothing but times and lengths",
    expected: "not found",
    where: "on the wire; markers in clear are found",
    program: "tshark",
    run: async () => await search(await secrets()),
  };
}

/** The rows of this promise. */
export const ATTACKS: readonly Attack[] = [
  listening("the password", () => [PASSWORD2]),
  listening("the words", () => [WORDS, ANSWER]),
  listening(
    "names, rooms and e-mail addresses",
    () => [NAME, EMAIL, SERVER2_NAME, '"room":"main"'],
  ),
  listening("the certificates", async () => [
    ...await partsOf(NAME, "client"),
    ...await partsOf(SERVER2_NAME, "server"),
  ]),
];
