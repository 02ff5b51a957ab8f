/**
 * Tells of the last lines that a crash has cut off, once they are moved aside.
 *
 * @module
 */

import { basename } from "node:path";
import { printable } from "../bytes/printable.ts";
import { eventLog } from "../chat/event_log.ts";
import { setTornTailsAside } from "../transcript/torn_tails.ts";
import type { Io } from "./io.ts";
import { errorLine, progress } from "./report.ts";

/**
 * Looks after the transcripts of a folder before new ones are begun there.
 *
 * @param io The world: one line on standard error for each file that was torn.
 * @param options Folder, and who says so in the log.
 */
export async function tidyTranscripts(
  io: Io,
  { folder, role }: { readonly folder: string; readonly role: "server" | "client" },
): Promise<void> {
  const log = eventLog(role);
  const { moved, failures } = await setTornTailsAside(folder);
  for (const { path, keptIn, bytes } of moved) {
    const name = basename(keptIn);
    log.warn("transcript.torn", "torn last line of {path}: {bytes} bytes moved to {name}", {
      path,
      bytes,
      name,
    });
    progress(
      io,
      `${printable(path)}: its last line was cut off by a crash: ${bytes} bytes moved to ${
        printable(name)
      }`,
    );
  }
  for (const error of failures) {
    log.warn("transcript.trouble", "{code}: {reason}", {
      code: error.code,
      reason: printable(error.message),
    });
    progress(io, errorLine(error));
  }
}
