/**
 * The two machines of protocol 1 without a socket: what one sends is given to the other by hand.
 *
 * @module
 */

import { trustIn } from "../../src/pki/trust.ts";
import { decodeU32 } from "../../src/bytes/u32.ts";
import { randomBytes, randomExponent } from "../../src/crypto/entropy.ts";
import type {
  AccountAnswer,
  Entropy,
  Input,
  MessageRecord,
  Output,
  Session,
  SessionEvent,
  SignIn,
} from "../../src/protocol/session.ts";
import { clientSession } from "../../src/protocol/v1/client.ts";
import { serverSession } from "../../src/protocol/v1/server.ts";
import { PASSWORD, SERVER_NAME, testCa, testIdentity } from "./chat_world.ts";

export const NOW_MS = Date.now();
const ENTROPY: Entropy = { bytes: randomBytes, exponent: randomExponent };
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export const REGISTER: SignIn = {
  mode: "register",
  email: "alice@example.test",
  username: "alice",
  password: PASSWORD,
};
export const LOGIN: SignIn = { mode: "login", email: "alice@example.test", password: PASSWORD };
export const ACCEPTED: AccountAnswer = {
  kind: "accepted",
  email: "alice@example.test",
  username: "alice",
  text: "Login successful",
};

/** A message as a peer might send it. */
export function bodyOf(message: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(typeof message === "string" ? message : JSON.stringify(message));
}

/** The JSON of a frame's body. */
export function messageOf(body: Uint8Array | undefined): Record<string, unknown> {
  return JSON.parse(decoder.decode(body)) as Record<string, unknown>;
}

/** One side, with all that it did. */
export class Machine {
  session: Session;
  /** Bodies of all frames sent. */
  readonly sent: Uint8Array[] = [];
  readonly events: SessionEvent[] = [];
  readonly records: MessageRecord[] = [];

  constructor(session: Session) {
    this.session = session;
  }

  /** Takes an input; returns the bodies that it sends. */
  async step(input: Input): Promise<readonly Uint8Array[]> {
    const output = await this.session.step(input);
    this.take(output);
    return output.send.map(bodyOfFrame);
  }

  take(output: Output): void {
    this.session = output.session;
    this.sent.push(...output.send.map(bodyOfFrame));
    this.events.push(...output.events);
    this.records.push(...output.record);
  }

  /** Takes frames in order. */
  async frames(bodies: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const answers: Uint8Array[] = [];
    for (const body of bodies) {
      answers.push(...await this.step({ kind: "frame", body, nowMs: NOW_MS }));
    }
    return answers;
  }

  say(...texts: string[]): Promise<readonly Uint8Array[]> {
    return this.step({ kind: "say", texts, nowMs: NOW_MS });
  }

  leave(): Promise<readonly Uint8Array[]> {
    const summary = { firstSeq: 0, lastSeq: 0, transcriptSha256: "0".repeat(64) };
    return this.step({ kind: "leave", summary });
  }

  texts(author: "self" | "peer"): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "said" && event.author === author ? [event.text] : []
    );
  }

  get kinds(): readonly string[] {
    return this.events.map((event) => event.kind);
  }

  /** Code of what ended the session, or of the last thing refused. */
  get code(): string | undefined {
    const event = this.events.findLast((each) => each.kind === "ended" || each.kind === "refused");
    return event !== undefined && "error" in event ? event.error?.code : undefined;
  }
}

/** Header and body as one frame must be. */
function bodyOfFrame(frame: Uint8Array): Uint8Array {
  const body = frame.subarray(4);
  if (decodeU32(frame) !== body.length) throw new Error("the header does not fit the body");
  return body;
}

export async function newServer(name = SERVER_NAME): Promise<Machine> {
  const identity = await testIdentity(name, "server");
  const ca = (await testCa()).certificate;
  return new Machine(serverSession({ identity, trust: trustIn(ca), entropy: ENTROPY }));
}

export async function newClient(options: { readonly serverName?: string } = {}): Promise<Machine> {
  const identity = await testIdentity("client", "client");
  const ca = (await testCa()).certificate;
  const serverName = options.serverName ?? SERVER_NAME;
  return new Machine(clientSession({ identity, trust: trustIn(ca), serverName, entropy: ENTROPY }));
}

/** A state on the way, before it takes the frame that comes next. */
export interface Stage {
  readonly name: string;
  readonly session: Session;
  readonly next: Uint8Array;
}

/** Both sides, and each state that waits for a frame. */
export interface Pair {
  readonly client: Machine;
  readonly server: Machine;
  readonly stages: readonly Stage[];
}

/**
 * Walks a client and a server from hello to the open chat.
 *
 * @param request How the client signs in; a log-in asks for its salt first.
 * @returns The two, and the states on the way.
 */
export async function openPair(request: SignIn = REGISTER): Promise<Pair> {
  const [client, server] = [await newClient(), await newServer()];
  const stages: Stage[] = [];
  async function give(name: string, machine: Machine, bodies: readonly Uint8Array[]) {
    const next = bodies[0] ?? new Uint8Array();
    stages.push({ name, session: machine.session, next });
    return await machine.frames(bodies);
  }
  const serverHello = await give("server: hello", server, await client.step({ kind: "start" }));
  const share = await give("client: server_hello", client, serverHello);
  const serverShare = await give("server: first share", server, share);
  await give("client: first share", client, serverShare);
  let asked = await client.step({ kind: "sign_in", request });
  if (request.mode === "login") {
    await give("server: salt request", server, asked);
    const answer = { kind: "salt", salt: new Uint8Array(16) } as const;
    asked = await give(
      "client: salt",
      client,
      await server.step({ kind: "account_answer", answer }),
    );
  }
  await give("server: account", server, asked);
  const status = await server.step({ kind: "account_answer", answer: ACCEPTED });
  const second = await give("client: status", client, status);
  const secondShare = await give("server: second share", server, second);
  await give("client: second share", client, secondShare);
  return { client, server, stages };
}
