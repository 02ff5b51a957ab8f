/**
 * What scripts that print figures have in common: their arguments, and a line of what they found.
 *
 * @module
 */

/** Prints a line. */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/**
 * Reads `--NAME NUMBER` of a script's arguments.
 *
 * @param defaults The names, and what is taken where one is not given.
 * @returns The numbers, and what stands behind `--`.
 */
export function benchArguments<T extends Readonly<Record<string, number>>>(
  defaults: T,
): { readonly numbers: T; readonly rest: readonly string[] } {
  const end = Deno.args.indexOf("--");
  const given = end < 0 ? Deno.args : Deno.args.slice(0, end);
  const numbers: Record<string, number> = { ...defaults };
  for (let index = 0; index < given.length; index += 2) {
    const name = given[index]?.slice(2) ?? "";
    const value = Number(given[index + 1]);
    if (!(name in defaults) || !Number.isFinite(value)) {
      throw new Error(`expected --${Object.keys(defaults).join(" N, --")} N, got ${given[index]}`);
    }
    numbers[name] = value;
  }
  return { numbers: { ...defaults, ...numbers }, rest: end < 0 ? [] : Deno.args.slice(end + 1) };
}
