/**
 * Opens the operator's local socket when a server starts.
 *
 * @module
 */

import type { OperatorActs } from "../chat/operator/acts.ts";
import { AdminSocket } from "../chat/operator/admin_socket.ts";
import { asChatError } from "../errors.ts";
import type { Config } from "./config.ts";
import { answerLines } from "./operator_text.ts";
import type { ServerView } from "./server_view.ts";

/** What the socket serves. */
export interface AdminParts {
  readonly acts: OperatorActs;
  readonly view: ServerView;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** Acts that change nothing are not shown at the console. */
const QUIET: ReadonlySet<string> = new Set(["who", "bans", "rooms", "stats"]);

/**
 * Opens it. One that nobody has named is a convenience: where the system does not give it, the server
 * runs without. That another server answers there is said in any case.
 *
 * @param config Where it is to be.
 * @param parts What it serves.
 * @returns The socket; nothing where it is off.
 * @throws {ChatError} ADDRESS if a server answers there already; for one that was named also CONFIG, FILE.
 */
export async function openAdminSocket(
  { adminSocket: path, isAdminSocketNamed }: Config,
  { acts, view, now }: AdminParts,
): Promise<AdminSocket | undefined> {
  if (path === undefined) return undefined;
  try {
    return await AdminSocket.listen({
      ...{ path, acts },
      onAct: (answer) => {
        if (QUIET.has(answer.act)) return;
        for (const line of answerLines(answer, now())) view.tell(`admin socket: ${line}`);
      },
    });
  } catch (thrown) {
    const error = asChatError(thrown);
    if (isAdminSocketNamed || error.code === "ADDRESS") throw error;
    view.warn(error);
    return undefined;
  }
}
