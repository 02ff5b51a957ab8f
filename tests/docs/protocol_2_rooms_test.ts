/** docs/protocol-2.md shows the bytes of the vectors in its sections on rooms and heads. */

import assert from "node:assert/strict";
import { VECTORS_URL } from "../testkit/protocol2_room_vectors.ts";
import { readDocument } from "./markdown.ts";

const WHOLE = readDocument("docs/protocol-2.md");
const PAGE = WHOLE.slice(WHOLE.indexOf("## 6. Rooms"), WHOLE.indexOf("## Decisions"));

interface VectorFile {
  readonly others?: readonly string[];
  readonly cases: readonly { readonly messages: readonly string[] }[];
}

/** All messages of the vectors, and what they hold in base64. */
function texts(): readonly string[] {
  const decoder = new TextDecoder();
  const messages = ["rooms-client.json", "rooms-server.json"].flatMap((name) => {
    const text = Deno.readTextFileSync(new URL(name, VECTORS_URL));
    const { others = [], cases } = JSON.parse(text) as VectorFile;
    return [...others, ...cases.flatMap((one) => one.messages)];
  });
  const inner = messages.flatMap((message) => {
    const { stmt, head } = JSON.parse(message) as {
      readonly stmt?: string;
      readonly head?: string;
    };
    return [stmt, head].flatMap((each) =>
      each === undefined ? [] : [decoder.decode(Uint8Array.fromBase64(each))]
    );
  });
  return [...messages, ...inner];
}

Deno.test("docs/protocol-2.md shows objects of the vectors, one of each message", () => {
  const known = texts();
  const shown = [...PAGE.matchAll(/```text\n(.+)\n```/g)].map(([, line = ""]) => line);
  for (const line of shown) {
    const pattern = line.split("…").map((part) => RegExp.escape(part)).join('[^"]*');
    const isShown = new RegExp(`^${pattern}$`);
    assert.ok(known.some((text) => isShown.test(text)), line);
  }
  const types = new Set(shown.flatMap((line) => /"type":"(\w+)"/.exec(line)?.[1] ?? []));
  assert.deepEqual(
    [...types].sort(),
    ["entry", "head", "invite", "join", "joined", "leave", "msg", "peer", "refused"],
  );
});
