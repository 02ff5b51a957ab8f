import { nearest } from "../nearest.ts";

/** What a line that was typed asks for. */
export type ScreenCommand =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "help" | "who" | "rooms" | "accept" | "verify" | "quit" }
  | { readonly kind: "join"; readonly room: string; readonly want: number }
  | { readonly kind: "part"; readonly room: string | undefined }
  | { readonly kind: "room"; readonly room: string }
  | { readonly kind: "msg"; readonly to: string; readonly text: string }
  | { readonly kind: "wrong"; readonly text: string };

/** The commands, what follows them, and what they do. */
export const SCREEN_COMMANDS = {
  help: ["", "lists these commands"],
  rooms: ["", "lists your rooms with their numbers"],
  room: ["NAME|NUMBER", "shows another of your rooms (Alt-1 to Alt-9, Alt-arrows)"],
  join: ["ROOM [N]", "joins a room, with what was said in its last N entries"],
  part: ["[ROOM]", "leaves a room"],
  who: ["", "says who is in this room"],
  msg: ["NAME TEXT", "talks with one person in a room of two"],
  accept: ["", "joins the room of two that you are invited to"],
  verify: ["", "says where this room's transcript is, and how to verify it"],
  quit: ["", "signs for all that was said, and leaves"],
} as const;

/** Entries of a room's past that are shown without being asked for. */
const JOIN_WANT = 50;

const WANT_MAX = 1_000;

/**
 * Reads a line.
 *
 * @param line What was typed or pasted; only a line that begins with one slash is a command.
 * @returns What it asks for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(screenCommand("/join pump room 20"), { kind: "join", room: "pump room", want: 20 });
 * assert.deepEqual(screenCommand("/msg bob hi there"), { kind: "msg", to: "bob", text: "hi there" });
 * assert.deepEqual(screenCommand("//etc"), { kind: "say", text: "/etc" });
 * assert.deepEqual(screenCommand("/jion x"), { kind: "wrong", text: "no command /jion: did you mean /join?" });
 * ```
 */
export function screenCommand(line: string): ScreenCommand {
  if (line.trim() === "") return { kind: "nothing" };
  if (line.startsWith("//")) return { kind: "say", text: line.slice(1) };
  const [, name, rest = ""] = /^\/(\S+)\s*([^\n]*)$/.exec(line) ?? [];
  if (name === undefined) return { kind: "say", text: line };
  const argument = rest.trim();
  switch (name) {
    case "help":
    case "who":
    case "rooms":
    case "accept":
    case "verify":
    case "quit":
      return argument === "" ? { kind: name } : wrong(name);
    case "join": {
      const [, room = argument, want = JOIN_WANT] = /^(.*?)\s+(\d{1,4})$/.exec(argument) ?? [];
      if (room === "" || Number(want) > WANT_MAX) return wrong(name);
      return { kind: "join", room, want: Number(want) };
    }
    case "part":
      return { kind: "part", room: argument === "" ? undefined : argument };
    case "room":
      return argument === "" ? wrong(name) : { kind: "room", room: argument };
    case "msg": {
      const [, to = "", text = ""] = /^(\S+)\s+(.*)$/.exec(argument) ?? [];
      return to === "" ? wrong(name) : { kind: "msg", to, text };
    }
  }
  const guess = nearest(name, Object.keys(SCREEN_COMMANDS));
  const hint = guess === undefined ? "see /help" : `did you mean /${guess}?`;
  return { kind: "wrong", text: `no command /${name}: ${hint}` };
}

function wrong(name: keyof typeof SCREEN_COMMANDS): ScreenCommand {
  return { kind: "wrong", text: `wrong use: /${name} ${SCREEN_COMMANDS[name][0]}`.trimEnd() };
}

/** The commands as a person reads them. */
export function screenHelp(): readonly string[] {
  return [
    ...Object.entries(SCREEN_COMMANDS).map(([name, [takes, does]]) =>
      `/${name} ${takes}`.trimEnd().padEnd(18) + ` ${does}`
    ),
    "anything else is said; //text says /text; Alt-Enter begins a new line; Tab completes",
  ];
}
