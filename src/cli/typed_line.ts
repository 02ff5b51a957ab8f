/**
 * What a client's typed line means: words, or a command.
 *
 * @module
 */

import { printable } from "../bytes/printable.ts";
import type { ChatConnection } from "../chat/chat_connection.ts";
import { nearest } from "./nearest.ts";

/** Where the person is, and with whom. */
export interface Around {
  readonly server: string;
  /** Protocol 2: the room, and who has spoken in it since this side came. */
  readonly room?: string;
  readonly speakers: ReadonlySet<string>;
}

/** The meaning of a line. */
export type TypedLine =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "quit" }
  | { readonly kind: "nothing" }
  | {
    readonly kind: "show";
    /** What to show to the person. */
    text(connection: ChatConnection, around: Around): string;
  };

const COMMANDS = {
  help: "lists these commands",
  who: "says who is here",
  quit: "signs for all that was said, and leaves",
} as const;

/**
 * Reads a typed line. For a script every line but `/quit` is words, as it is.
 *
 * @param line What was typed.
 * @param options Whether a person types.
 * @returns Its meaning.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(typedLine("//quit", { isPerson: true }), { kind: "say", text: "/quit" });
 * assert.deepEqual(typedLine("/who", { isPerson: false }), { kind: "say", text: "/who" });
 * ```
 */
export function typedLine(
  line: string,
  { isPerson }: { readonly isPerson: boolean },
): TypedLine {
  if (line.trim() === "/quit") return { kind: "quit" };
  if (!isPerson) return { kind: "say", text: line };
  if (line.trim() === "") return { kind: "nothing" };
  const name = /^\/(\w*)/.exec(line)?.[1];
  if (name === undefined) return { kind: "say", text: line };
  if (line.startsWith("//")) return { kind: "say", text: line.slice(1) };
  if (name === "quit") return { kind: "show", text: () => "wrong use: /quit takes nothing" };
  if (name === "to") return { kind: "show", text: () => "only the server's operator has /to" };
  if (name === "help") return { kind: "show", text: helpText };
  if (name === "who") return { kind: "show", text: whoText };
  const guess = nearest(name, Object.keys(COMMANDS));
  const hint = guess === undefined ? "see /help" : `did you mean /${guess}?`;
  return { kind: "show", text: () => `no command /${printable(name)}: ${hint}` };
}

function helpText(): string {
  const lines = Object.entries(COMMANDS).map(([name, does]) => `/${name.padEnd(6)} ${does}`);
  return [...lines, "anything else is sent; //text sends /text"].join("\n");
}

function whoText({ transcriptPath }: ChatConnection, { server, room, speakers }: Around): string {
  const file = `transcript ${printable(transcriptPath ?? "none")}`;
  const operator = `the operator of ${printable(server)}`;
  if (room === undefined) return `you, and ${operator}; ${file}`;
  const names = [...speakers].map(printable).join(", ") || "nobody";
  return `you, ${operator}, and whoever is in room ${printable(room)}; ` +
    `others who have spoken since you came: ${names}; ${file}`;
}
