const encoder = new TextEncoder();

/**
 * Prints a line on standard output.
 *
 * @param line Without its end.
 */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}
