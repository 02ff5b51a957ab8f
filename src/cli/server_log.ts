/**
 * What a server's log says of its events: who, from where, what failed. Never words, passwords, keys.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import { eventLog } from "../chat/event_log.ts";
import { memberName } from "../chat/member.ts";
import type { ServerEvent } from "../chat/server.ts";

const log = eventLog("server");

/**
 * Logs an event.
 *
 * @param event The event.
 */
export function logServerEvent(event: ServerEvent): void {
  if (event.kind === "turned_away") return; // logged where it happens
  if (event.kind === "disk" || event.kind === "room") return logTrouble(event);
  const { id, address } = event.member;
  const who = { id, address, name: printable(memberName(event.member)) };
  if (event.kind === "connected") {
    return log.info("connection.opened", "connected from {address}", who);
  }
  const session = event.event;
  switch (session.kind) {
    case "peer": {
      const { fingerprint } = session.certificate;
      const commonName = printable(session.certificate.commonName);
      const { protocol } = event.member;
      const accepted = { ...who, commonName, fingerprint, protocol };
      return log.info("session.certificate", "certificate of {commonName} accepted", accepted);
    }
    case "phase":
      return log.debug("session.phase", "phase {phase}", { ...who, phase: session.phase });
    case "signed_in":
      return log.info("session.signed_in", "{name} signed in", {
        ...who,
        email: printable(session.email),
      });
    case "said":
      return log.debug("session.message", "message {seqno} of {author}", {
        ...who,
        author: session.author,
        seqno: session.seqno,
      });
    case "refused":
      return log.warn("session.dropped", "dropped: {code}: {reason}", {
        ...who,
        code: session.error.code,
        reason: printable(session.error.message),
      });
    case "peer_left":
      return log.info("session.receipt", "receipt of {name}", {
        ...who,
        code: session.error?.code ?? "ok",
      });
    case "ended":
      if (session.error === undefined) return log.info("session.left", "{name} left", who);
      return log.warn("session.ended", "ended: {code}: {reason}", {
        ...who,
        code: session.error.code,
        reason: printable(session.error.message),
      });
    default:
      return;
  }
}

/** What is wrong with no session: a full disk, or a room. */
function logTrouble(event: Extract<ServerEvent, { kind: "disk" | "room" }>): void {
  if (event.error === undefined) {
    return log.info("disk.free", "disk: there is room again, words are taken");
  }
  const { code, message } = event.error;
  const said = { code, reason: printable(message) };
  if (event.kind === "disk") {
    return log.error("disk.full", "disk: full, no words are taken: {reason}", said);
  }
  log.warn("room.trouble", "room {room}: {code}: {reason}", {
    ...said,
    room: printable(event.room),
  });
}
