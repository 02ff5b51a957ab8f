/**
 * What happens in rooms as JSON Lines (`connect --json`, `tail --json`). Names and members are stable:
 * README lists them.
 *
 * @module
 */

import type { Person, ToldEvent } from "../chat/rooms_event.ts";
import type { EventJson } from "./event_json.ts";

/**
 * An event as a JSON value.
 *
 * @param event The event.
 * @returns The value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const event = { kind: "parted", room: "main", size: 7 } as const;
 * assert.deepEqual(roomsEventJson(event), { event: "parted", room: "main", size: 7 });
 * ```
 */
export function roomsEventJson(event: ToldEvent): EventJson {
  switch (event.kind) {
    case "connecting":
      return { event: "connecting", tries: event.tries };
    case "server": {
      const { commonName, fingerprint, notAfter } = event.certificate;
      return { event: "server", commonName, fingerprint, notAfter: notAfter.toISOString() };
    }
    case "phase":
      return { event: "phase", phase: event.phase, text: event.text };
    case "explained":
      return { event: "handshake", ...event.note };
    case "signed_in":
      return { event: "signed_in", email: event.email, username: event.username };
    case "entered": {
      const { room, log, from, size, isBack } = event;
      return { event: "entered", room, log, from, size, back: isBack };
    }
    case "not_entered": {
      const { room, error: { code, message } } = event;
      return { event: "not_entered", room, code, message };
    }
    case "said": {
      const { room, index, ts, author, isOwn, isHistory, text, id } = event;
      const from = { from: author.name, fingerprint: author.fingerprint, own: isOwn };
      return {
        event: "message",
        room,
        index,
        ts,
        ...from,
        history: isHistory,
        id: id ?? null,
        text,
      };
    }
    case "notice": {
      const { room, index, ts, isHistory, text } = event;
      return { event: "notice", room, index, ts, history: isHistory, text };
    }
    case "presence": {
      const { room, index, ts, change, isHistory, who: { name, fingerprint } } = event;
      return {
        ...{ event: "presence", room, index, ts, change },
        ...{ who: name, fingerprint, history: isHistory },
      };
    }
    case "signed":
      return { event: "signed", room: event.room, by: event.by, size: event.size };
    case "waiting": {
      const { room, count, reason = null } = event;
      return { event: "waiting", room, count, reason };
    }
    case "unsent": {
      const { room, id, text, fate } = event;
      return { event: "unsent", room, id, fate, text };
    }
    case "members": {
      const { room, members, more } = event;
      return { event: "members", room, members: members.map(personJson), more };
    }
    case "invited":
      return { event: "invited", room: event.room, by: personJson(event.by) };
    case "parted":
      return { event: "parted", room: event.room, size: event.size };
    case "lost": {
      const { error: { code, message }, retryMs } = event;
      return { event: "lost", code, message, retryMs };
    }
    case "refused": {
      const { error: { code, message }, room = null } = event;
      return { event: "refused", room, code, message };
    }
    case "disk":
      return { event: "disk", full: event.error !== undefined };
    case "ended":
      return { event: "ended", code: event.error?.code ?? null };
  }
}

function personJson({ name, fingerprint }: Person): Readonly<Record<string, string>> {
  return { name, fingerprint };
}
