import type { SessionEvent } from "../protocol/session.ts";
import type { Authors } from "../protocol/v2/authors.ts";
import type { Head } from "../protocol/v2/head.ts";
import type { RoomEvent } from "../protocol/v2/room_event.ts";

const CHANGES = { joined: "join", left: "leave", removed: "remove" } as const;

/** Where an entry is told of. */
export interface ToldIn {
  readonly authors: Pick<Authors, "find">;
  /** What `joined` said. */
  readonly joinedHead: Pick<Head, "room" | "size">;
}

/**
 * What a person is told of an entry.
 *
 * @param event What the entry means.
 * @param where The room, and whose names are known.
 * @returns The event; nothing for a room's first line.
 */
export function toldOf(
  { kind, author, fingerprint, text, ts, index, isOwn, session, seq }: RoomEvent,
  { authors, joinedHead: { room, size } }: ToldIn,
): SessionEvent | undefined {
  const isHistory = index < size;
  const said = { kind: "said", seqno: index, ts, text, room, fingerprint, isHistory } as const;
  switch (kind) {
    case "said":
      return {
        ...said,
        ...isOwn ? { author: "self" } : { author: "peer", name: author },
        from: { session, seq },
      };
    case "notice":
      return { ...said, author: "peer" };
    case "opened":
      return undefined;
    default: {
      const who = authors.find(text)?.name ?? text.slice(0, 16);
      const placed = { room, fingerprint: text, index, ts, isHistory };
      return { kind: "presence", change: CHANGES[kind], who, ...placed };
    }
  }
}
