/**
 * A client that is in several rooms and comes back, with all that it was told.
 *
 * @module
 */

import { CLIENT_LIMITS } from "../../src/chat/limits.ts";
import { dialRoom } from "../../src/chat/room_dial.ts";
import { RoomsClient } from "../../src/chat/rooms_client.ts";
import type { RoomsEvent } from "../../src/chat/rooms_event.ts";
import { identity2, SERVER2_NAME, trust2 } from "./identities2.ts";
import { STARTED_MS } from "./room_server_world.ts";

/** How it differs from the usual one. */
export interface RoomsVisitorOptions {
  readonly port: number;
  readonly transcriptDir: string;
  readonly rooms?: readonly string[];
  readonly want?: number;
  readonly returns?: boolean;
}

/** See the module. */
export class RoomsVisitor {
  readonly events: RoomsEvent[] = [];
  readonly rooms: RoomsClient;
  readonly running: Promise<void>;
  #wake = Promise.withResolvers<void>();

  /** Use {@link RoomsVisitor.come}. */
  constructor(make: (onEvent: (event: RoomsEvent) => void) => RoomsClient) {
    this.rooms = make((event) => {
      this.events.push(event);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    });
    this.running = this.rooms.run();
  }

  /** Connects, and waits until it is in all its rooms. */
  static async come(name: string, options: RoomsVisitorOptions): Promise<RoomsVisitor> {
    const { port, transcriptDir, rooms = ["main"], want = 0, returns = true } = options;
    const own = await identity2(name, "client", { nowMs: STARTED_MS });
    const trust = await trust2();
    const visitor = new RoomsVisitor((onEvent) =>
      new RoomsClient({
        self: { name, fingerprint: own.fingerprint },
        rooms: rooms.map((room) => ({ room, want })),
        returns,
        signal: new AbortController().signal,
        random: () => 0,
        onEvent,
        dial: (dialled) =>
          dialRoom({
            ...{ host: "127.0.0.1", port, serverName: SERVER2_NAME, own, trust, transcriptDir },
            ...{ explain: false, now: Date.now, limits: CLIENT_LIMITS },
            ...dialled,
          }),
      })
    );
    await visitor.until((events) => count(events, "entered") === rooms.length);
    return visitor;
  }

  /** Waits for something to have been told, for at most 30 s. */
  async until(condition: (events: readonly RoomsEvent[]) => boolean): Promise<void> {
    const timer = setTimeout(() => this.#wake.reject(new Error("late")), 30_000);
    try {
      while (!condition(this.events)) await this.#wake.promise;
    } catch {
      const told = this.events.map((event) => JSON.stringify(event).slice(0, 160));
      throw new Error(`waited too long; told so far:\n${told.join("\n")}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until words are heard in a room. */
  untilHeard(room: string, line: string): Promise<void> {
    return this.until(() => this.heard(room).includes(line));
  }

  /** What was said in a room, in order: "name: text". */
  heard(room: string): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "said" && event.room === room ? [`${event.author.name}: ${event.text}`] : []
    );
  }

  /** The events of a kind. */
  of<K extends RoomsEvent["kind"]>(kind: K): readonly Extract<RoomsEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<RoomsEvent, { kind: K }> =>
      event.kind === kind
    );
  }

  /** Leaves, and waits for the end. */
  async leave(): Promise<void> {
    await this.rooms.leave();
    await this.running;
  }
}

function count(events: readonly RoomsEvent[], kind: RoomsEvent["kind"]): number {
  return events.filter((event) => event.kind === kind).length;
}
