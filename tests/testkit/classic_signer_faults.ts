/**
 * Files of protocol 1 whose signers are not good, or not who the file says.
 *
 * @module
 */

import { type ClassicFault, RECEIPT } from "./classic_fault.ts";
import { cast, SESSION_MS } from "./classic_keys.ts";
import {
  buildTranscript,
  editField,
  editLine,
  FIRST_ENTRY_LINE as FIRST,
  lineOf,
  spliceLines,
} from "./transcript_builder.ts";

const DAY_MS = 86_400_000;

/** Somebody else's certificate in the place of the owner's. */
async function shownAsOwner(name: "stranger" | "mallory"): Promise<string> {
  const text = await buildTranscript();
  const der = (await cast())[name].certificate.der.toBase64();
  const at = lineOf(text, "# Certificate (client)");
  return editLine(text, at, () => `# Certificate (client): ${der}`);
}

/** Each with what is found. */
export const SIGNER_FAULTS: readonly ClassicFault[] = [
  {
    name: "a stranger's certificate shown as the owner's",
    make: () => shownAsOwner("stranger"),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a session held by a stranger",
    make: async () => buildTranscript({ client: (await cast()).stranger }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a session held by a stranger, the certificate line cut",
    make: async () => {
      const text = await buildTranscript({ client: (await cast()).stranger });
      return spliceLines(text, { at: lineOf(text, "# Certificate (client)"), remove: 1 });
    },
    verdict: "INVALID",
    line: FIRST,
    code: "BAD_CERT",
  },
  {
    name: "another member's certificate shown as the owner's",
    make: () => shownAsOwner("mallory"),
    verdict: "INVALID",
    line: FIRST + 1,
    code: "SIG_FAIL",
  },
  {
    name: "a signer whose certificate had ended",
    make: async () => buildTranscript({ client: (await cast()).expired }),
    verdict: "INVALID",
    line: FIRST + 1,
    code: "BAD_CERT",
  },
  {
    name: "a receipt of a signer whose certificate ended during the session",
    make: async () =>
      buildTranscript({
        client: (await cast()).expired,
        sayings: [
          { author: "client", text: "in time", ts: SESSION_MS - 2 * DAY_MS },
          { author: "server", text: "later" },
        ],
      }),
    verdict: "INVALID",
    line: RECEIPT,
    code: "BAD_CERT",
  },
  {
    name: "a silent side whose certificate had ended",
    make: async () =>
      buildTranscript({
        role: "server",
        client: (await cast()).expired,
        sayings: [{ author: "server", text: "hello?" }],
      }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "a changed fingerprint in the first entry, without certificate lines",
    make: async () => {
      const text = await buildTranscript();
      const bare = spliceLines(text, { at: lineOf(text, "# Certificate"), remove: 2 });
      return editLine(bare, FIRST - 2, (line) => editField(line, 4, () => "0".repeat(64)));
    },
    verdict: "INVALID",
    line: FIRST - 2,
    code: "BAD_CERT",
  },
  {
    name: "one certificate for both sides",
    make: async () => buildTranscript({ client: (await cast()).server }),
    verdict: "INVALID",
    line: "# Certificate (client)",
    code: "BAD_CERT",
  },
  {
    name: "another role in the header",
    make: async () => {
      const text = await buildTranscript();
      return editLine(text, lineOf(text, "# Role"), () => "# Role: server");
    },
    verdict: "INVALID",
    line: FIRST,
    code: "BAD_CERT",
  },
];
