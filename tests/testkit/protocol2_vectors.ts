/**
 * Makes the vectors of protocol 2: `deno run --allow-read --allow-write=tests/data
 * tests/testkit/protocol2_vectors.ts`. Keys, nonces and times are fixed, so it always writes the same files; the
 * one thing that the runtime chooses, a ciphertext of ML-KEM, is kept from the file that is there.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  CANONICAL_JSON_CASES,
  kemCases,
  KEY_SCHEDULE_CASES,
  MESSAGE_CASES,
  recordCases,
  type VectorCase,
  VERSION_CASES,
} from "./protocol2_handshake_cases.ts";
import { headCases, statementCases, treeCases } from "./protocol2_log_cases.ts";
import { type Json, runVector, VECTOR_AREAS } from "./protocol2_runner.ts";

/** A vector as it is kept. */
export interface Vector extends VectorCase {
  readonly output?: Json;
}

const FOLDER = new URL("../data/protocol-2/", import.meta.url);

/**
 * Reads the vectors that are kept.
 *
 * @param area What they are of.
 * @returns The file's text.
 */
export function readVectors(area: string): string {
  return Deno.readTextFileSync(new URL(`${area}.json`, FOLDER));
}

/**
 * Makes the vectors of an area.
 *
 * @param area What they are of.
 * @returns The file's text.
 */
export async function makeVectors(area: string): Promise<string> {
  const vectors: Vector[] = [];
  for (const one of await casesOf(area)) {
    const result = await runVector(area, one.input);
    assert.equal(result.expect, one.expect, `${area}: ${one.name}`);
    vectors.push({ ...one, ...result });
  }
  return `${JSON.stringify(vectors, null, 1)}\n`;
}

async function casesOf(area: string): Promise<readonly VectorCase[]> {
  switch (area) {
    case "canonical_json":
      return CANONICAL_JSON_CASES;
    case "messages":
      return MESSAGE_CASES;
    case "versions":
      return VERSION_CASES;
    case "hybrid_kem":
      return await kemCases(recordedShare());
    case "key_schedule":
      return KEY_SCHEDULE_CASES;
    case "records":
      return recordCases();
    case "statements":
      return await statementCases();
    case "tree":
      return treeCases();
    case "heads":
      return await headCases();
    default:
      throw new RangeError(`no cases for ${area}`);
  }
}

function recordedShare(): { readonly mlkem: string; readonly x25519: string } | undefined {
  try {
    const vectors = JSON.parse(readVectors("hybrid_kem")) as readonly {
      readonly name: string;
      readonly input: { readonly mlkem: string; readonly x25519: string };
    }[];
    return vectors.find(({ name }) => name === "decapsulate")?.input;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  Deno.mkdirSync(FOLDER, { recursive: true });
  for (const area of VECTOR_AREAS) {
    Deno.writeTextFileSync(new URL(`${area}.json`, FOLDER), await makeVectors(area));
  }
}
