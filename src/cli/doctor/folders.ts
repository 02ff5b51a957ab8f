import { statfs } from "node:fs/promises";
import { printable } from "../../bytes/printable.ts";
import { type Check, type Findings, paste, shellWord } from "./finding.ts";

/** Less room is warned about, bytes: a busy room writes some 100 MB a day. */
const ROOM_MIN_BYTES = 1_000_000_000;

/**
 * Looks at a folder that is written to. One that is not there is made at the first start.
 *
 * @param check Which of the two.
 * @param path The folder.
 * @param findings Where it is noted.
 */
export async function lookAtFolder(
  check: Extract<Check, "transcripts" | "logs">,
  path: string,
  findings: Findings,
): Promise<void> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) return;
  const [name, word] = [printable(path), shellWord(path)];
  const fault = { check, level: "fault", code: "FILE" } as const;
  if (!stat.isDirectory) {
    const message = `${name} is no folder`;
    return findings.add({ ...fault, message, ...paste(`mv ${word} ${word}.file`) });
  }
  if (stat.mode !== null && (stat.mode & 0o077) !== 0) {
    const message = `others can read the folder ${name}`;
    findings.add({ ...fault, message, ...paste(`chmod 700 ${word}`) });
  }
  const probe = `${path}/.doctor-${crypto.randomUUID()}`;
  try {
    await Deno.writeFile(probe, new Uint8Array(1), { createNew: true, mode: 0o600 });
    await Deno.remove(probe);
  } catch (thrown) {
    const state = thrown instanceof Error ? printable(thrown.message) : "refused";
    const message = `cannot write in ${name}: ${state}`;
    findings.add({ ...fault, message, ...paste(`chown $(id -un) ${word}`) });
  }
}

/**
 * Looks at how much room the transcripts have.
 *
 * @param path Their folder.
 * @param findings Where it is noted.
 */
export async function lookAtDisk(path: string, findings: Findings): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "statfs" });
  if (state !== "granted") return; // without --allow-sys=statfs; a terminal would be asked for it
  const found = await statfs(path).catch(() => statfs(".")).catch(() => undefined);
  if (found === undefined) return;
  const { bavail, bsize, files, ffree } = found;
  const free = bavail * bsize;
  const isLow = free < ROOM_MIN_BYTES;
  if (!isLow && (files === 0 || ffree > 1_000)) return;
  findings.add({
    ...{ check: "disk", level: "warning", code: "FILE" },
    message: isLow
      ? `the disk of ${printable(path)} has ${Math.floor(free / 1_000_000)} MB left`
      : `the disk of ${printable(path)} has ${ffree} files left`,
    remedy:
      "make room, or name another folder: --transcripts DIR; what was closed long ago can be moved",
  });
}
