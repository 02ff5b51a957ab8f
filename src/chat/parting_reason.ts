import { parseMessage } from "../protocol/v2/messages.ts";
import { peerRefusal } from "../protocol/v2/peer_refusal.ts";
import type { SecureLink } from "./secure_link.ts";

/** What may still come behind a server's last final head. */
const BEHIND = ["status", "ping", "peer", "invite", "members"] as const;

/**
 * Waits for the reason of a server that has ended all rooms by itself: it closes when it stops, and says
 * so when it removes somebody.
 *
 * @param link The server.
 * @param withinMs For how long.
 * @throws {ChatError} REMOVED, or whatever it says. What else goes wrong is nothing: both sides have
 * signed all that there is.
 */
export async function requireNoRemoval(link: SecureLink, withinMs: number): Promise<void> {
  const objects = await link.next({ withinMs, what: "the server's reason" }).catch(() => undefined);
  for (const object of objects ?? []) {
    const message = parseMessage(object, BEHIND);
    if (message.type === "status") throw peerRefusal(message, "CONNECTION");
  }
}
