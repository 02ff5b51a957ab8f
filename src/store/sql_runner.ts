/** A value that goes into a statement. */
export type SqlValue = string | number | Uint8Array;

/** What had to be done to tables: nothing at all, or something to what was there. */
export type SchemaOutcome = "created" | "upgraded" | "ready";

/** What a statement gave. */
export interface SqlResult {
  /** Rows by column name, as the driver types them; none for a change. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that were changed, or found and left as they were. */
  readonly matched: number;
}

/** Something that runs prepared statements. Every failure is a DATABASE error. */
export interface SqlRunner {
  /** Where the database is, for people; never a password. */
  readonly location: string;
  /**
   * Runs a statement that does no harm twice: it is tried again when the connection had died.
   *
   * @param sql The statement, with `?` for values.
   * @param values What stands for the `?`, in order.
   */
  run(sql: string, values?: readonly SqlValue[]): Promise<SqlResult>;
  /**
   * Runs a statement that must not be run twice, on a connection that is known to be alive.
   *
   * @param sql The statement, with `?` for values.
   * @param values What stands for the `?`, in order.
   */
  runOnce(sql: string, values?: readonly SqlValue[]): Promise<SqlResult>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * Reads what the driver gives for a statement.
 *
 * @param result Rows, or a header with `affectedRows`.
 * @returns The same in one shape.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseResult({ affectedRows: 2 }).matched, 2);
 * ```
 */
export function parseResult(result: unknown): SqlResult {
  if (Array.isArray(result)) return { rows: result, matched: result.length };
  const matched = typeof result === "object" && result !== null && "affectedRows" in result
    ? Number(result.affectedRows)
    : 0;
  return { rows: [], matched };
}
