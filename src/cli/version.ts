/** The version of this program; a test keeps it equal to that of `deno.json`. */
export const VERSION = "0.1.0";
