/**
 * A server of protocol 2 with an operator.
 *
 * @module
 */

import assert from "node:assert/strict";
import { OperatorActs } from "../../src/chat/operator/acts.ts";
import { OperatorBook } from "../../src/chat/operator/book.ts";
import type { OperatorAnswer } from "../../src/chat/operator/answer.ts";
import { isAct, requestOfLine } from "../../src/cli/operator_words.ts";
import { ServerTally } from "../../src/chat/operator/tally.ts";
import { parseStatement } from "../../src/protocol/v2/statement.ts";
import { verifyRoom } from "../../src/transcript/v2/verify.ts";
import { ca2 } from "./identities2.ts";
import { type RoomWorld, type RoomWorldOptions, startRoomWorld } from "./room_server_world.ts";

/** A running world whose operator types; dispose of it. */
export interface OperatedWorld extends AsyncDisposable {
  readonly world: RoomWorld;
  readonly book: OperatorBook;
  readonly acts: OperatorActs;
  /** Does what a line says, without its "/". */
  type(line: string): Promise<OperatorAnswer>;
}

/** Starts one; the book is a file where it has a path. */
export async function startOperatedWorld(
  options: RoomWorldOptions & { readonly bookPath?: string; readonly now?: () => number } = {},
): Promise<OperatedWorld> {
  const { bookPath, now = Date.now } = options;
  const book = await OperatorBook.open({ now, ...bookPath && { path: bookPath } });
  const tally = new ServerTally();
  const onServerEvent = tally.take.bind(tally);
  const world = await startRoomWorld({ ...options, book, onServerEvent });
  const acts = new OperatorActs({ server: world.server, book, tally, now });
  return {
    ...{ world, book, acts },
    type: (line) => {
      const [, act = "", rest = ""] = /^(\w+) ?(.*)$/.exec(line) ?? [];
      assert.ok(isAct(act), line);
      return acts.run(requestOfLine(act, rest, ["main"]), "console");
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** Verdict over a room's file. */
export async function verdictOf(path: string): Promise<string> {
  const anchors = [(await ca2()).certificate];
  const { report } = await verifyRoom(await Deno.readFile(path), { anchors });
  return [report.verdict, ...report.missing, ...report.findings.map(({ text }) => text)].join("; ");
}

/** What a room's file says, line by line: "kind: text". */
export async function statementsOf(path: string): Promise<readonly string[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.flatMap((line) => {
    const { type, stmt } = JSON.parse(line);
    if (type !== "entry") return [];
    const { kind, text } = parseStatement(Uint8Array.fromBase64(stmt));
    return [`${kind}: ${text}`];
  });
}
