/**
 * Tests that need a program of the system: where it is not installed they are skipped, and one line says
 * how to have them run.
 *
 * @module
 */

const INSTALL: Readonly<Record<NeededProgram, string>> = {
  mariadbd: "apt-get install mariadb-server",
  tshark: "apt-get install tshark",
  openssl: "apt-get install openssl",
  chromium: "apt-get install chromium",
};

/** A program that some tests need. */
export type NeededProgram = "mariadbd" | "tshark" | "openssl" | "chromium";

/** How a test differs from others. */
export interface NeedsOptions {
  /** The test restarts a program that lives longer than the test. */
  readonly keepsProcesses?: boolean;
}

const told = new Set<NeededProgram>();

/**
 * Finds a program: in `PATH`, or where system programs are.
 *
 * @param program Its name.
 * @returns Its path, or nothing when it is not installed.
 */
export function findProgram(program: string): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => `${folder}/${program}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * Registers a test that needs a program.
 *
 * @param program The program.
 * @param name The test's name.
 * @param fn The test.
 * @param options How it differs from others.
 */
export function needs(
  program: NeededProgram,
  name: string,
  fn: (context: Deno.TestContext) => Promise<void> | void,
  options: NeedsOptions = {},
): void {
  const missing = findProgram(program) === undefined;
  if (missing && !told.has(program)) {
    told.add(program);
    Deno.stderr.writeSync(
      new TextEncoder().encode(`skipped without ${program}: ${INSTALL[program]}\n`),
    );
  }
  const sanitize = !(options.keepsProcesses ?? false);
  Deno.test({ name, ignore: missing, sanitizeOps: sanitize, sanitizeResources: sanitize, fn });
}
