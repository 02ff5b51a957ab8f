import { asChatError, type ChatError } from "../errors.ts";
import { type Kind, setTornTailAside, type TornTail } from "./torn_tail.ts";

/** So many names of a folder are looked at: a start must not take minutes. */
const NAMES_MAX = 10_000;

const KINDS: readonly Kind[] = [".jsonl", ".transcript"];

/** What was done in a folder. */
export interface TornTails {
  readonly moved: readonly TornTail[];
  /** Files that were left as they are, with what the system says. */
  readonly failures: readonly ChatError[];
}

/**
 * Moves aside what a crash has cut off in the transcripts of a folder: of files that nobody writes any
 * more, by {@link setTornTailAside}. Where a lock keeps out readers, too, there is none to tell that by,
 * and nothing is done.
 *
 * @param folder The folder; a missing one is empty.
 * @returns What was moved, and what could not be. Never throws.
 */
export async function setTornTailsAside(folder: string): Promise<TornTails> {
  const moved: TornTail[] = [];
  const failures: ChatError[] = [];
  if (Deno.build.os === "windows") return { moved, failures };
  try {
    for (const { path, kind } of transcriptsIn(folder === "" ? "." : folder)) {
      try {
        const one = await setTornTailAside(path, kind);
        if (one !== undefined) moved.push(one);
      } catch (thrown) {
        failures.push(asChatError(thrown));
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) failures.push(asChatError(thrown));
  }
  return { moved, failures };
}

function* transcriptsIn(
  folder: string,
): Generator<{ readonly path: string; readonly kind: Kind }, void> {
  let seen = 0;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (++seen > NAMES_MAX) return;
    const kind = isFile ? KINDS.find((ending) => name.endsWith(ending)) : undefined;
    if (kind === undefined) continue;
    const path = folder === "." ? name : `${folder.replace(/(?<=.)\/+$/, "")}/${name}`;
    if (endsTorn(path)) yield { path, kind };
  }
}

/** The first look, at one byte of each of many files. What changes behind it is looked at again. */
function endsTorn(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    if (size === 0) return false;
    file.seekSync(size - 1, Deno.SeekMode.Start);
    const byte = new Uint8Array(1);
    return file.readSync(byte) === 1 && byte[0] !== 0x0a;
  } catch {
    return false; // another user's, or gone: not to be reported at every start
  }
}
