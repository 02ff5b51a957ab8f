/** Somebody without this program checks the two lines of an EQUIVOCATION with OpenSSL alone. */

import assert from "node:assert/strict";
import { main } from "../../src/main.ts";
import { certificatePem, parseCertificateDer } from "../../src/pki/certificate.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { needs } from "../testkit/needs.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import { transcriptRoot, TRANSCRIPTS_URL } from "../testkit/transcript_keys.ts";

interface Signed {
  readonly type: "head" | "entry";
  readonly head?: string;
  readonly stmt?: string;
  readonly sig: string;
}

/** What docs/transcript.md says to do, with a line that `verify` printed. */
async function checkByOpenssl(folder: string, line: string, pem: string): Promise<string> {
  const { type, head, stmt, sig } = JSON.parse(line) as Signed;
  const label = type === "head" ? "head" : "statement";
  const bytes = Uint8Array.fromBase64(head ?? stmt ?? "");
  const prefix = new TextEncoder().encode(`securechat/2 ${label}\0`);
  await Deno.writeFile(`${folder}/signed`, new Uint8Array([...prefix, ...bytes]));
  await Deno.writeFile(`${folder}/sig`, Uint8Array.fromBase64(sig));
  await Deno.writeTextFile(`${folder}/server.pem`, pem);
  const args = ["-verify", "-certin", "-inkey", "server.pem", "-rawin", "-in", "signed"];
  const { stdout } = await new Deno.Command("openssl", {
    args: ["pkeyutl", ...args, "-sigfile", "sig"],
    cwd: folder,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

needs("openssl", "OpenSSL accepts both lines by which verify proves two stories", async () => {
  await inTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, certificatePem(transcriptRoot()));
    const files = ["yes_alice", "no_alice"].map((name) =>
      new URL(`pairs/${name}.jsonl`, TRANSCRIPTS_URL).pathname
    );
    const io = memoryIo();
    assert.equal(await main(["verify", ...files, "--json", "--ca", `${folder}/ca.pem`], io), 1);
    const { proof } = JSON.parse(io.stdout().trimEnd().split("\n").at(-1) ?? "");
    const [first = ""] = (await Deno.readTextFile(files[0] ?? "")).split("\n");
    const der = Uint8Array.fromBase64(JSON.parse(first).server[0]);
    const pem = certificatePem(parseCertificateDer(der, "server"));
    const [one, two] = proof as readonly { readonly text: string; readonly root: string }[];
    for (const { text } of [one, two].flatMap((line) => line ?? [])) {
      assert.equal(await checkByOpenssl(folder, text, pem), "Signature Verified Successfully");
      const forged = text.replace(/"sig":"../, `"sig":"AA`);
      assert.notEqual(await checkByOpenssl(folder, forged, pem), "Signature Verified Successfully");
    }
    assert.notEqual(one?.root, two?.root);
  });
});
