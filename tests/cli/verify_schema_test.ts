/** `securechat verify --json` prints what docs/verify-report.schema.json says, of whatever file. */

import assert from "node:assert/strict";
import { z } from "zod";
import { certificatePem, parseCertificateDer } from "../../src/pki/certificate.ts";
import { main } from "../../src/main.ts";
import { memoryIo } from "../testkit/memory_io.ts";
import { inTempFolder } from "../testkit/temp_folder.ts";
import { publishedSchema, SCHEMA_URL, verifyReport } from "../testkit/verify_report_schema.ts";

const VECTORS_URL = new URL("../data/transcripts/", import.meta.url);

interface Listed {
  readonly name: string;
  readonly verdict: string;
  readonly line?: number;
  readonly code?: string;
  readonly crl?: boolean;
}

interface Printed {
  readonly file?: string;
  readonly verdict?: string;
  readonly result?: string;
  readonly firstError?: { readonly line: number; readonly code: string } | null;
}

function readJson<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(name, VECTORS_URL))) as T;
}

/** What the program prints for files of a folder of the vectors. */
async function printed(folder: string, files: readonly string[], ...options: string[]) {
  const keys = readJson<{ root?: string; people?: Record<string, { certificate: string }> }>(
    folder.startsWith("v1") ? "v1/keys.json" : "keys.json",
  );
  return await inTempFolder(async (own) => {
    const pem = (b64: string, name: string) =>
      certificatePem(parseCertificateDer(Uint8Array.fromBase64(b64), name));
    await Deno.writeTextFile(
      `${own}/ca.pem`,
      pem(keys.root ?? keys.people?.["ca"]?.certificate ?? "", "ca"),
    );
    const given: string[] = [];
    for (const [name, { certificate }] of Object.entries(keys.people ?? {})) {
      if (certificate === undefined) continue;
      await Deno.writeTextFile(`${own}/${name}.pem`, pem(certificate, name));
      given.push("--cert", `${own}/${name}.pem`);
    }
    const paths = files.map((name) => new URL(`${folder}${name}`, VECTORS_URL).pathname);
    const io = memoryIo();
    await main(["verify", "--json", "--ca", `${own}/ca.pem`, ...given, ...options, ...paths], io);
    return io.stdout().trimEnd().split("\n").map((line) => JSON.parse(line) as Printed);
  });
}

const strict = verifyReport(z.strictObject);
const published = z.fromJSONSchema(JSON.parse(Deno.readTextFileSync(SCHEMA_URL)));

function requireShape(reports: readonly Printed[]): void {
  assert.ok(reports.length > 0);
  for (const report of reports) {
    for (const schema of [strict, published]) {
      const { error } = schema.safeParse(report);
      assert.equal(error, undefined, `${JSON.stringify(report).slice(0, 300)} ${error?.message}`);
    }
  }
}

Deno.test("docs/verify-report.schema.json is what the tests hold the program to", () => {
  assert.equal(Deno.readTextFileSync(SCHEMA_URL), publishedSchema());
});

for (const [folder, ending] of [["", "jsonl"], ["v1/", "transcript"]] as const) {
  Deno.test(`verify --json prints the schema's shape and the verdict of each ${ending} vector`, async () => {
    const { cases } = readJson<{ cases: readonly Listed[] }>(`${folder}index.json`);
    const listed = cases.filter(({ crl }) => crl !== true);
    for (const { name, verdict, line, code } of listed) {
      const reports = await printed(folder, [`${name}.${ending}`], "--entries");
      requireShape(reports);
      const [{ verdict: told, firstError } = {}] = reports;
      assert.deepEqual(
        [told, firstError?.line, firstError?.code],
        [verdict, line, code],
        name,
      );
    }
  });
}

Deno.test("verify --json prints the schema's shape for proofs, good and bad", async () => {
  const { proofs } = readJson<{ proofs: readonly Listed[] }>("proofs_pairs.json");
  for (const { name, verdict, code } of proofs) {
    const reports = await printed("proofs/", [`${name}.json`]);
    requireShape(reports);
    assert.deepEqual([reports[0]?.verdict, reports[0]?.firstError?.code], [verdict, code], name);
  }
});

Deno.test("verify --json prints the schema's shape for pairs of files", async () => {
  const { pairs } = readJson<{ pairs: readonly { files: string[]; result: string }[] }>(
    "proofs_pairs.json",
  );
  for (const { files, result } of pairs.filter(({ files: [a, b] }) => a !== b)) {
    const reports = await printed("pairs/", files.map((name) => `${name}.jsonl`));
    requireShape(reports);
    assert.equal(reports.at(-1)?.result, result, files.join(" "));
  }
});
