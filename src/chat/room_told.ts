import type { SessionEvent } from "../protocol/session.ts";
import type { Authors } from "../protocol/v2/authors.ts";
import type { RoomEvent } from "../protocol/v2/room_event.ts";

const CHANGES = { joined: "join", left: "leave", removed: "remove" } as const;

/**
 * What a person is told of an entry.
 *
 * @param event What the entry means.
 * @param authors Whose names are known.
 * @returns The event; nothing for a room's first line.
 */
export function toldOf(
  { kind, author, text, ts, index, isOwn }: RoomEvent,
  authors: Pick<Authors, "find">,
): SessionEvent | undefined {
  switch (kind) {
    case "said":
      return isOwn
        ? { kind: "said", author: "self", seqno: index, ts, text }
        : { kind: "said", author: "peer", seqno: index, ts, text, name: author };
    case "notice":
      return { kind: "said", author: "peer", seqno: index, ts, text };
    case "opened":
      return undefined;
    default: {
      const who = authors.find(text)?.name ?? text.slice(0, 16);
      return { kind: "presence", change: CHANGES[kind], who };
    }
  }
}
