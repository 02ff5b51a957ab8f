import assert from "node:assert/strict";
import type {
  Person,
  Placed,
  Rooms,
  RoomsEvent,
  RoomState,
} from "../../../src/chat/rooms_event.ts";
import { RoomsScreen } from "../../../src/cli/screen/rooms_screen.ts";
import { directRoomName } from "../../../src/protocol/v2/room_name.ts";
import { VirtualTerminal } from "../../testkit/virtual_terminal.ts";

const ALICE: Person = { name: "alice", fingerprint: "a".repeat(64) };
const BOB: Person = { name: "bob", fingerprint: "b".repeat(64) };
const OTHER_BOB: Person = { name: "bob", fingerprint: "c".repeat(64) };

/** A client that only notes what it is asked for. */
class NotedRooms implements Rooms {
  readonly asked: string[] = [];
  readonly self = ALICE;
  isOnline = true;
  readonly known: Person[] = [ALICE, BOB];
  readonly open = new Map<string, Partial<RoomState>>();

  rooms(): readonly RoomState[] {
    return [...this.open].map(([room, state]) => ({
      ...{ room, isOpen: true, size: 3, serverSigned: 3, ownSigned: 0, waiting: 0 },
      transcriptPath: `transcripts/${room}.jsonl`,
      ...state,
    }));
  }
  join(room: string, want: number): void {
    this.asked.push(`join ${room} ${want}`);
  }
  part(room: string): void {
    this.asked.push(`part ${room}`);
  }
  say(room: string, text: string): number {
    return this.asked.push(`say ${room}: ${text}`);
  }
  directWith(fingerprint: string): string {
    return directRoomName(ALICE.fingerprint, fingerprint);
  }
  who(room: string): void {
    this.asked.push(`who ${room}`);
  }
  people(): readonly Person[] {
    return this.known;
  }
  leave(): Promise<void> {
    return Promise.resolve();
  }
}

/** A screen in a terminal, with a client in the given rooms. */
class Scene implements AsyncDisposable {
  readonly rooms = new NotedRooms();
  readonly terminal: VirtualTerminal;
  readonly screen: RoomsScreen;
  readonly running: Promise<void>;

  constructor(columns: number, rooms: readonly string[] = ["main"]) {
    this.terminal = new VirtualTerminal(columns, 24);
    const { out, keys } = this.terminal;
    const server = "127.0.0.1:5555";
    this.screen = new RoomsScreen({ rooms: this.rooms, out, keys, server, now: () => 0 });
    this.running = this.screen.run();
    for (const room of rooms) this.enter(room);
  }

  enter(room: string): void {
    this.rooms.open.set(room, {});
    const log = "0".repeat(32);
    this.screen.react({ kind: "entered", room, log, from: 3, size: 3, isBack: false });
  }

  hear(room: string, author: Person, text: string): void {
    const isOwn = author === ALICE;
    this.screen.react({ kind: "said", ...placed(room), author, isOwn, text });
  }

  /** What was asked for, but for the question who is there, which comes by itself. */
  asked(): readonly string[] {
    return this.rooms.asked.filter((one) => !one.startsWith("who "));
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const one of keys) this.terminal.press(one);
    await this.terminal.rows();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminal.end();
    await this.running;
    this.screen[Symbol.dispose]();
  }
}

function placed(room: string): Placed {
  return { room, index: 3, ts: new Date(2026, 0, 1, 14, 2).getTime(), isHistory: false };
}

for (const columns of [40, 120]) {
  Deno.test(`RoomsScreen in ${columns} columns shows who said what above the line being typed`, async () => {
    await using scene = new Scene(columns);
    await scene.press("half ty");
    scene.hear("main", BOB, "is pump 2 off, or has somebody only closed the valve behind it?");
    await scene.press("ped");
    const rows = await scene.terminal.rows();
    assert.equal(rows.at(-1), "> half typed");
    assert.ok(rows.at(-2)?.startsWith("main · signed over up to 3"), rows.at(-2));
    const text = rows.slice(0, -2).map((row) => row.trim()).join(" ");
    assert.ok(
      text.includes("14:02 bob: is pump 2 off, or has somebody only closed the valve"),
      text,
    );
    assert.ok(rows.every((row) => row.length < columns));
  });
}

Deno.test("RoomsScreen says what is typed, and shows it when it is in the log", async () => {
  await using scene = new Scene(80);
  await scene.press("is the pump off?\r");
  assert.deepEqual(scene.asked(), ["say main: is the pump off?"]);
  assert.ok(!(await scene.terminal.rows()).join("\n").includes("pump"));
  scene.hear("main", ALICE, "is the pump off?");
  assert.ok((await scene.terminal.rows()).includes("14:02 alice: is the pump off?"));
});

Deno.test("RoomsScreen is not torn by lines that come between any two keys", async () => {
  await using scene = new Scene(60);
  for (const [index, key] of [..."half a line, 你好 and more"].entries()) {
    await scene.press(key);
    scene.hear("main", BOB, `line ${index}`);
  }
  const rows = await scene.terminal.rows();
  assert.equal(rows.at(-1), "> half a line, 你好 and more");
  const heard = rows.filter((row) => row.includes("bob: line"));
  assert.deepEqual(heard, heard.map((_, index) => `14:02 bob: line ${index}`));
  assert.equal(rows.filter((row) => row.includes("signed over")).length, 1);
});

Deno.test("RoomsScreen writes few bytes for a key", async () => {
  await using scene = new Scene(80);
  await scene.press("a");
  const before = scene.terminal.written;
  await scene.press("b");
  assert.equal(scene.terminal.written - before, 1);
});

Deno.test("RoomsScreen takes a paste of 500 lines as one message", async () => {
  await using scene = new Scene(80);
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
  await scene.press(`\x1b[200~${lines.join("\r")}\x1b[201~`);
  assert.deepEqual(scene.asked(), []);
  await scene.press("\r");
  assert.deepEqual(scene.asked(), [`say main: ${lines.join("\n")}`]);
});

Deno.test("RoomsScreen offers what is too long for one message in parts, and loses nothing of it", async () => {
  await using scene = new Scene(80);
  const text = "a line of the pump's log\n".repeat(3_000);
  await scene.press(`\x1b[200~${text}\x1b[201~\r`);
  assert.equal(
    (await scene.terminal.rows()).at(-1),
    "3 messages, too long for one: Enter sends, Esc edits",
  );
  await scene.press("\x1b");
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.ok((await scene.terminal.rows()).at(-1)?.startsWith("> "));
  assert.deepEqual(scene.asked(), []);
  await scene.press("\r", "\r");
  assert.equal(scene.asked().length, 3);
  assert.equal(scene.asked().map((one) => one.slice("say main: ".length)).join(""), text);
});

Deno.test("RoomsScreen lets no words of others move the cursor or look like a line of somebody else", async () => {
  await using scene = new Scene(80);
  scene.hear("main", BOB, "hi\n14:02 alice: I confess\n\x1b[2J\x1b[1;1Hgone\r\u202e");
  const rows = await scene.terminal.rows();
  assert.ok(rows.includes("14:02 bob: hi"));
  assert.ok(rows.includes("  │ 14:02 alice: I confess"));
  assert.ok(rows.includes("  │ \\u{1b}[2J\\u{1b}[1;1Hgone\\u{d}\\u{202e}"));
});

Deno.test("RoomsScreen counts what is said elsewhere, and shows it with the room", async () => {
  await using scene = new Scene(100, ["main", "pumps"]);
  scene.hear("pumps", BOB, "one");
  scene.hear("pumps", BOB, "two");
  const before = await scene.terminal.rows();
  assert.ok(before.at(-2)?.includes("2:pumps +2"), before.at(-2));
  assert.ok(!before.join("\n").includes("bob: one"));
  await scene.press("\x1b2");
  const rows = await scene.terminal.rows();
  assert.deepEqual(rows.slice(-5, -2), ["── pumps ──", "14:02 bob: one", "14:02 bob: two"]);
  assert.ok(rows.at(-2)?.startsWith("pumps · "));
  await scene.press("\x1b[1;3D", "here\r");
  assert.deepEqual(scene.asked(), ["say main: here"]);
});

Deno.test("RoomsScreen tells at once when somebody names this person elsewhere", async () => {
  await using scene = new Scene(100, ["main", "pumps"]);
  scene.hear("pumps", BOB, "Alice, can you look?");
  const rows = await scene.terminal.rows();
  assert.ok(rows.includes("bob names you in pumps: Alt-2"));
  assert.ok(rows.at(-2)?.includes("2:pumps +1!"));
});

Deno.test("RoomsScreen tells two people of one name apart everywhere", async () => {
  await using scene = new Scene(100);
  scene.hear("main", BOB, "I am bob");
  scene.hear("main", OTHER_BOB, "so am I");
  scene.rooms.known.push(OTHER_BOB);
  await scene.press("/msg bob hello\r");
  const rows = await scene.terminal.rows();
  assert.ok(rows.includes("14:02 bob#cccc: so am I"));
  assert.ok(rows.includes("! that may be bob#bbbb, bob#cccc: say which"));
  await scene.press("/msg bob#cccc hello\r");
  const room = directRoomName(ALICE.fingerprint, OTHER_BOB.fingerprint);
  assert.deepEqual(scene.asked(), [`join ${room} 100`]);
  scene.enter(room);
  assert.equal(scene.asked().at(-1), `say ${room}: hello`);
});

Deno.test("RoomsScreen completes commands, names and rooms", async () => {
  await using scene = new Scene(100, ["main", "pumps"]);
  await scene.press("/jo\t", "pu\t", "\r");
  assert.deepEqual(scene.asked(), []);
  await scene.press("bo\t", "hi\r");
  assert.deepEqual(scene.asked(), ["say pumps: bob: hi"]);
});

Deno.test("RoomsScreen says that it is offline and when it tries again, and keeps what is typed", async () => {
  await using scene = new Scene(100);
  await scene.press("half");
  scene.rooms.isOnline = false;
  const error = new Error("gone") as never;
  scene.screen.react({ kind: "lost", error, retryMs: 4_000 });
  const rows = await scene.terminal.rows();
  assert.ok(rows.at(-2)?.startsWith("main · offline, again in 4 s"), rows.at(-2));
  assert.equal(rows.at(-1), "> half");
  scene.rooms.isOnline = true;
  scene.screen.react({ kind: "signed_in", email: "", username: "alice" });
  assert.ok(!(await scene.terminal.rows()).at(-2)?.includes("offline"));
});

Deno.test("RoomsScreen tells what became of words that were not seen in the log", async () => {
  await using scene = new Scene(100);
  scene.screen.react({ kind: "unsent", room: "main", id: 1, text: "hm", fate: "unknown" });
  assert.ok((await scene.terminal.rows()).includes("! in the log or not, unknown: hm"));
});

Deno.test("RoomsScreen follows the terminal to another width with a half-typed line", async () => {
  await using scene = new Scene(120);
  scene.hear("main", BOB, "a line that is longer than forty columns, so that it is cut there");
  await scene.press("half a line that is longer than the narrow terminal is wide");
  await scene.terminal.resize(40, 20);
  await new Promise((resolve) => setTimeout(resolve, 250)); // this one does not tell where its cursor is
  scene.hear("main", BOB, "after");
  await scene.press("!");
  const rows = await scene.terminal.rows();
  assert.equal(rows.at(-3), "14:02 bob: after");
  assert.ok(rows.at(-2)?.startsWith("main · signed over up to 3"));
  assert.ok(rows.at(-1)?.endsWith("narrow terminal is wide!"));
});

for (const [name, key] of [["/quit", "/quit\r"], ["Ctrl-D", "\x04"], ["Ctrl-C", "\x03"]] as const) {
  Deno.test(`RoomsScreen ends at ${name} and gives the terminal back`, async () => {
    await using scene = new Scene(80);
    await scene.press(key);
    await scene.running;
    scene.screen[Symbol.dispose]();
    assert.equal(scene.terminal.isGivenBack, true);
    assert.ok(!(await scene.terminal.rows()).join("\n").includes("signed over"));
  });
}

const LINES: readonly (readonly [string, RoomsEvent, string])[] = [
  ["that somebody came", {
    kind: "presence",
    ...placed("main"),
    change: "join",
    who: BOB,
    isOwn: false,
  }, "14:02 · bob is here"],
  ["that somebody was removed", {
    kind: "presence",
    ...placed("main"),
    change: "remove",
    who: BOB,
    isOwn: false,
  }, "14:02 · bob was removed"],
  [
    "the server's words",
    { kind: "notice", ...placed("main"), text: "disk full" },
    "14:02 server: disk full",
  ],
  [
    "an invitation",
    { kind: "invited", room: "x", by: BOB },
    "bob would talk with you alone: /accept",
  ],
];

for (const [name, event, row] of LINES) {
  Deno.test(`RoomsScreen shows ${name}`, async () => {
    await using scene = new Scene(80);
    scene.screen.react(event);
    assert.ok((await scene.terminal.rows()).includes(row));
  });
}
