import type { VerifyKey } from "../../crypto/signature.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { verifyMessage, verifyReceipt } from "../../protocol/v1/evidence.ts";
import type { TranscriptFile } from "./reader.ts";

/** Says whether a key made some signature of a transcript. */
export type Prober = (key: VerifyKey) => boolean;

/** Entries that are tried against every certificate at hand, at most. */
const PROBES_MAX = 8;

/** Entries that are looked at for them, at most. */
const LOOKED_AT_MAX = 2000;

/**
 * Signatures that tell who owns a transcript: its receipt, then entries that the other side did not
 * sign. Few of them, as each is tried against every certificate of a folder; found when asked for.
 *
 * @param file The transcript.
 * @param other The other side's certificate, where it is known.
 * @returns Tests of a key, the most telling first.
 */
export function* probesOf(
  file: TranscriptFile,
  other: Certificate | undefined,
): Generator<Prober, void> {
  const receipt = file.receipt?.value;
  if (receipt !== undefined) yield (key) => safely(() => verifyReceipt(key, receipt));
  let left = PROBES_MAX;
  for (const entry of file.entries.slice(0, LOOKED_AT_MAX)) {
    if ("fault" in entry) continue;
    const { record } = entry;
    if (other !== undefined && verifyMessage(other.key, record)) continue;
    yield (key) => verifyMessage(key, record);
    if (--left === 0) return;
  }
}

/** A receipt's sig may be no base64: then nobody signed it. */
function safely(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
