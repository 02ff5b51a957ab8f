/**
 * What a server's log says of its events: who, from where, what failed. Never words, passwords, keys.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { printable } from "../bytes/printable.ts";
import { memberName } from "../chat/member.ts";
import type { ServerEvent } from "../chat/server.ts";

const log = getLogger(["securechat", "server"]);

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
  if (event.kind === "connected") return log.info("connected from {address}", who);
  const session = event.event;
  switch (session.kind) {
    case "peer": {
      const { fingerprint } = session.certificate;
      const commonName = printable(session.certificate.commonName);
      const { protocol } = event.member;
      const accepted = { ...who, commonName, fingerprint, protocol };
      return log.info("certificate of {commonName} accepted", accepted);
    }
    case "phase":
      return log.debug("phase {phase}", { ...who, phase: session.phase });
    case "signed_in":
      return log.info("{name} signed in", { ...who, email: printable(session.email) });
    case "said":
      return log.debug("message {seqno} of {author}", {
        ...who,
        author: session.author,
        seqno: session.seqno,
      });
    case "refused":
      return log.warn("dropped: {code}: {reason}", {
        ...who,
        code: session.error.code,
        reason: printable(session.error.message),
      });
    case "peer_left":
      return log.info("receipt of {name}", { ...who, code: session.error?.code ?? "ok" });
    case "ended":
      if (session.error === undefined) return log.info("{name} left", who);
      return log.warn("ended: {code}: {reason}", {
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
  if (event.error === undefined) return log.info("disk: there is room again, words are taken");
  const { code, message } = event.error;
  const said = { code, reason: printable(message) };
  if (event.kind === "disk") return log.error("disk: full, no words are taken: {reason}", said);
  log.warn("room {room}: {code}: {reason}", { ...said, room: printable(event.room) });
}
