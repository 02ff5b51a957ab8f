import { usage } from "./args.ts";

/** A server's host and port as typed; an empty port means the setting's. */
export interface ServerAddress {
  readonly host: string;
  readonly port: string;
}

/**
 * Reads HOST, HOST:PORT or [IPV6]:PORT.
 *
 * @param text What was typed.
 * @param command The command as typed, for the error.
 * @returns Host and port; the settings check them.
 * @throws {ChatError} USAGE if it is none of these.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseServerAddress("[::1]:5555", "x"), { host: "::1", port: "5555" });
 * assert.deepEqual(parseServerAddress("chat.example", "x"), { host: "chat.example", port: "" });
 * ```
 */
export function parseServerAddress(text: string, command: string): ServerAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) {
    throw usage(command, { state: `"${text}" is not HOST:PORT` });
  }
  return { host: match[1] ?? match[2] ?? "", port: match[3] ?? "" };
}
