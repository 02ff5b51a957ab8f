/**
 * A connection with a made-up session and transcript: what must hold whatever the protocol does and
 * the disk says.
 */

import assert from "node:assert/strict";
import { Connection, type ConnectionOptions } from "../../src/chat/connection.ts";
import { LIMITS } from "../../src/chat/limits.ts";
import { within } from "../../src/chat/within.ts";
import { ChatError } from "../../src/errors.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import type {
  Input,
  MessageRecord,
  Output,
  Session,
  SessionEvent,
} from "../../src/protocol/session.ts";
import type { TranscriptWriter } from "../../src/transcript/v1/writer.ts";

const FULL = new ChatError("FILE", "cannot write: the disk is full");
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A transcript that takes so many entries and then no more. */
class Disk implements TranscriptWriter {
  readonly path = "disk";
  readonly did: string[] = [];
  #left: number;

  constructor(entries: number) {
    this.#left = entries;
  }

  async append(records: readonly MessageRecord[]): Promise<void> {
    await Promise.resolve();
    if ((this.#left -= records.length) < 0) throw FULL;
    for (const { ct } of records) this.did.push(ct);
  }

  summary() {
    return { firstSeq: 0, lastSeq: 0, transcriptSha256: "" };
  }

  async close(): Promise<void> {
    await Promise.resolve();
    if (this.#left < 0) throw FULL;
    this.did.push("receipt");
  }

  async addPeerReceipt(): Promise<void> {
    await Promise.resolve();
    this.did.push("peer receipt");
  }

  end(): Promise<void> {
    this.did.push("end");
    return Promise.resolve();
  }
}

const RECEIPT = { peer: "client", firstSeq: 0, lastSeq: 0, transcriptSha256: "", sig: "" } as const;

function record(ct: string): MessageRecord {
  return { seqno: 1, ts: 0, ct, sig: "", peerFingerprint: "" };
}

function frameOf(text: string): Uint8Array {
  return encodeFrame(encoder.encode(text));
}

/** A session in which every frame is a word, and "bye" a receipt; `answer` is sent for each frame. */
function wordSession(answer = ""): Session {
  const session: Session = {
    patience: "open",
    maxBodyBytes: 100_000,
    maxTextBytes: 100_000,
    step: (input) => Promise.resolve({ ...nothing(session), ...reaction(input) }),
  };
  function reaction(input: Input): Partial<Output> {
    switch (input.kind) {
      case "start":
        return { events: [{ kind: "opened", sessionKey: new Uint8Array(16) }] };
      case "frame":
        return takeWord(decoder.decode(input.body));
      case "say":
        return {
          record: input.texts.map(record),
          send: input.texts.map(frameOf),
          events: input.texts.map((text) =>
            ({ kind: "said", author: "self", seqno: 1, ts: 0, text }) as const
          ),
        };
      case "leave":
        return { send: [frameOf("receipt")], events: [{ kind: "receipt_made", receipt: RECEIPT }] };
      case "abort":
        return { send: [frameOf(`status ${input.error.code}`)] };
      default:
        return {};
    }
  }
  function takeWord(text: string): Partial<Output> {
    if (text === "bye") return { events: [{ kind: "peer_left", receipt: RECEIPT }] };
    return {
      record: [record(text)],
      send: answer === "" ? [] : [frameOf(answer)],
      events: [{ kind: "said", author: "peer", seqno: 1, ts: 0, text }],
    };
  }
  return session;
}

function nothing(session: Session): Output {
  return { session, record: [], send: [], events: [] };
}

interface Driven extends AsyncDisposable {
  readonly connection: Connection;
  readonly peer: Deno.TcpConn;
  readonly running: Promise<void>;
  readonly events: SessionEvent[];
}

async function drive(
  session: Session,
  disk: TranscriptWriter,
  options: Partial<ConnectionOptions> = {},
): Promise<Driven> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [peer, conn] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  listener.close();
  const events: SessionEvent[] = [];
  const opened = Promise.withResolvers<void>();
  const connection = new Connection({
    conn,
    session,
    limits: LIMITS,
    isServer: true,
    now: Date.now,
    openTranscript: () => Promise.resolve(disk),
    onEvent(event) {
      events.push(event);
      if (event.kind === "opened") opened.resolve();
    },
    ...options,
  });
  const running = connection.run();
  if (options.onEvent === undefined) await opened.promise;
  return {
    connection,
    peer,
    running,
    events,
    async [Symbol.asyncDispose]() {
      try {
        peer.close();
      } catch {
        // The test has closed it.
      }
      await running;
    },
  };
}

async function readAll(conn: Deno.TcpConn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await conn.read(buffer).catch(() => null);
    if (length === null) return text;
    text += decoder.decode(buffer.subarray(0, length));
  }
}

function endCode({ events }: Driven): string | undefined {
  const event = events.find((each) => each.kind === "ended");
  return event?.error?.code;
}

function texts({ events }: Driven): string[] {
  return events.flatMap((event) => event.kind === "said" ? [event.text] : []);
}

Deno.test("Connection sends no word that the disk did not take, and signs for none", async () => {
  const disk = new Disk(1);
  await using driven = await drive(wordSession(), disk);
  driven.connection.say("first");
  await driven.connection.said();
  driven.connection.say("second");
  const wire = await readAll(driven.peer);
  await driven.running;
  assert.match(wire, /first/);
  assert.match(wire, /status FILE/);
  assert.doesNotMatch(wire, /second|receipt/);
  assert.deepEqual(texts(driven), ["first"]);
  assert.deepEqual(disk.did, ["first", "end"]);
  assert.equal(endCode(driven), "FILE");
});

Deno.test("Connection shows no word that the disk did not take", async () => {
  const disk = new Disk(1);
  await using driven = await drive(wordSession(), disk);
  await driven.peer.write(frameOf("first"));
  while (texts(driven).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await driven.peer.write(frameOf("second"));
  await driven.running;
  assert.deepEqual(texts(driven), ["first"]);
  assert.equal(endCode(driven), "FILE");
});

Deno.test("Connection lets a peer go that does not read its answers", async () => {
  await using driven = await drive(wordSession("x".repeat(60_000)), new Disk(1e9), {
    limits: { ...LIMITS, waitingBytes: 100_000 },
  });
  const { peer } = driven;
  const words = encodeFrame(encoder.encode("x"));
  const flooding = (async () => {
    for (let count = 0; count < 10_000; count++) await peer.write(words);
  })().catch(() => undefined);
  assert.ok(await within(driven.running, 10_000), "memory grows without a bound");
  assert.equal(endCode(driven), "SLOW");
  peer.close();
  await flooding;
});

Deno.test("Connection closes socket and file although its watcher throws at every event", async () => {
  const disk = new Disk(9);
  await using driven = await drive(wordSession(), disk, {
    onEvent: () => {
      throw new Error("the terminal is gone");
    },
  });
  await driven.running;
  assert.equal(disk.did.at(-1), "end");
  assert.match(await readAll(driven.peer), /status INTERNAL/);
});

Deno.test("Connection tells its end after all else and only once", async () => {
  await using driven = await drive(wordSession(), new Disk(99));
  for (let index = 0; index < 30; index++) await driven.peer.write(frameOf(`${index}`));
  await driven.peer.write(frameOf("bye"));
  await driven.running;
  await driven.connection.abort(new ChatError("TIMEOUT", "cannot wait"));
  const kinds = driven.events.map((event) => event.kind);
  assert.deepEqual(kinds.slice(-3), ["peer_left", "receipt_made", "ended"]);
  assert.equal(kinds.filter((kind) => kind === "ended").length, 1);
  assert.equal(texts(driven).length, 30);
});

Deno.test("Connection closes its socket although a watcher does not answer", async () => {
  const slow = Promise.withResolvers<void>();
  const disk = new Disk(9);
  await using driven = await drive(wordSession(), disk, {
    async onEvent(event) {
      if (event.kind === "said") await slow.promise;
      return undefined;
    },
  });
  await driven.peer.write(frameOf("hi"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const aborted = driven.connection.abort(new ChatError("TIMEOUT", "cannot wait"));
  assert.ok(await within(readAll(driven.peer), 3_000), "the socket stays open");
  slow.resolve();
  await aborted;
  assert.deepEqual(disk.did, ["hi", "receipt", "end"]);
});

Deno.test("Connection reads on only when it is ready for more, and still says its own words", async () => {
  const ready = Promise.withResolvers<void>();
  await using driven = await drive(wordSession(), new Disk(1e9), {
    readyForMore: () => ready.promise,
  });
  await driven.peer.write(frameOf("one"));
  while (texts(driven).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await driven.peer.write(frameOf("two"));
  driven.connection.say("mine");
  await driven.connection.said();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(texts(driven), ["one", "mine"]);
  ready.resolve();
  while (texts(driven).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(texts(driven), ["one", "mine", "two"]);
});

Deno.test("Connection.room() comes when few words wait, or the peer does not read", async () => {
  await using driven = await drive(wordSession(), new Disk(1e9), {
    limits: { ...LIMITS, waitingTexts: 5_000 },
  });
  const { connection } = driven;
  for (let index = 0; index < 200; index++) connection.say("x".repeat(50_000));
  assert.ok(await within(connection.room(), 5_000), "waits for a peer that does not read");
  assert.ok(connection.waitingTexts > 64);
  const reading = readAll(driven.peer);
  assert.ok(await within(connection.said(), 5_000));
  await connection.abort(new ChatError("TIMEOUT", "cannot wait"));
  await reading;
});
