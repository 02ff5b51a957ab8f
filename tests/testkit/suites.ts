/**
 * Published test suites, which are too large to be kept here. `SUITES_DIR` names the folder they are in
 * (default: `shared/suites` beside the repository); a suite that is not there skips its tests with one line.
 *
 * @module
 */

/** A file of a published suite. */
export interface Suite {
  /** Path below the folder of suites: "wycheproof/rsa_signature_2048_sha256_test.json". */
  readonly file: string;
  /** Where it is published. */
  readonly upstream: string;
}

const told = new Set<string>();

/**
 * Registers a test that runs a suite's file.
 *
 * @param name The test's name.
 * @param suite The file, and where it is published.
 * @param run Gets the file's text.
 */
export function suiteTest(
  name: string,
  suite: Suite,
  run: (text: string) => Promise<void> | void,
): void {
  const text = readSuite(suite.file);
  if (text === undefined && !told.has(suite.file)) {
    told.add(suite.file);
    const line = `skipped: no ${suite.file} in SUITES_DIR; published at ${suite.upstream}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  }
  Deno.test({ name, ignore: text === undefined, fn: () => run(text ?? "") });
}

const BESIDE = new URL("../../../shared/suites", import.meta.url).pathname;

/**
 * The folder that the suites are in.
 *
 * @returns Its path; it may not be there.
 */
export function suitesFolder(): string {
  return Deno.env.get("SUITES_DIR") ?? BESIDE;
}

function readSuite(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${suitesFolder()}/${file}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
