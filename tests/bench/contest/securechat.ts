import type { LoadMember } from "../../../src/chat/load_member.ts";
import { Crew } from "../crew.ts";
import { type RoomServerProcess, startRoomServer } from "../room_process.ts";
import type { Contest, Contestant, OnText } from "./contestant.ts";

const ROOM = "bench";

/** As the others' limits are off: of connections, and for a speaker who says much. */
const LIMITS = [
  "exempt=127.0.0.0/8",
  "statements_per_second=1000000",
  "statements_burst=1000000",
  "statement_bytes_per_second=1000000000",
];

/** A server of this product, and all who are in its room. */
class SecurechatContest implements Contest {
  readonly #server: RoomServerProcess;
  readonly #crew: Crew;
  readonly #speaker: LoadMember;

  constructor(
    server: RoomServerProcess,
    { crew, speaker }: { readonly crew: Crew; readonly speaker: LoadMember },
  ) {
    [this.#server, this.#crew, this.#speaker] = [server, crew, speaker];
  }

  get pid(): number {
    return this.#server.pid;
  }

  get listening(): number {
    return this.#crew.open.length - 1;
  }

  say(text: string): void {
    this.#speaker.say(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

/**
 * This product: Ed25519 certificates of its own for each member, every signature and the tree checked by each.
 *
 * @param more More options of `serve`.
 */
export function securechat(more: readonly string[]): Contestant {
  return {
    name: "securechat",
    settings: more.length === 0 ? LIMITS.join(", ") : more.join(" "),
    version: async () => {
      const url = new URL("../../../deno.json", import.meta.url);
      return JSON.parse(await Deno.readTextFile(url)).version;
    },
    start: async ({ listeners, onText }) => {
      const server = await startRoomServer("ed25519", [ROOM], { more, limits: LIMITS });
      const crew = new Crew(server);
      const all = await Promise.all(
        Array.from({ length: listeners }, (_, index) => entering(server, { index, onText })),
      );
      await crew.enterAll(all);
      const own = await server.identity("speaker");
      const speaker = await crew.enter({ own, room: ROOM, onEntry: () => {} });
      return new SecurechatContest(server, { crew, speaker });
    },
  };
}

async function entering(
  server: RoomServerProcess,
  { index, onText }: { readonly index: number; readonly onText: OnText },
): Promise<Parameters<Crew["enter"]>[0]> {
  const own = await server.identity(`listener-${index}`);
  return {
    ...{ own, room: ROOM },
    onEntry: ({ kind, text }) => {
      if (kind === "said") onText(index, text);
    },
  };
}
