import { printable } from "../../bytes/printable.ts";
import { asChatError, type ErrorCode } from "../../errors.ts";

/** What is looked at, in this order. */
export const CHECKS = {
  settings: "the settings: .env, the environment",
  env: ".env is readable by its owner alone, where it holds a password",
  ca: "the CA's certificate",
  revocations: "the CA's revocation list: readable, signed by the CA, not overdue",
  server: "the server's certificate and key: there, of each other, valid now, for a server",
  client: "the client's certificate and key: the same, for a client",
  keys: "private keys are readable by their owner alone",
  clock: "the clock is not behind what was written here",
  accounts: "the store of accounts answers",
  transcripts: "the folder of the transcripts: a folder, of its owner alone, writable",
  logs: "the folder of the logs",
  disk: "room for transcripts",
  port: "the port can be listened on",
  limits: "the file of the limits",
} as const;

/** The name of a check. */
export type Check = keyof typeof CHECKS;

/** Something that was found. */
export interface Finding {
  readonly check: Check;
  /** "warning": it works, and will not for ever. */
  readonly level: "fault" | "warning";
  readonly code: ErrorCode;
  /** What is wrong, and where. */
  readonly message: string;
  /** What to do, in words. */
  readonly remedy: string;
  /** The same as a command that can be pasted, where that is all there is to do. */
  readonly command?: string;
}

/**
 * A remedy that is one command.
 *
 * @param command It, to be pasted.
 * @returns The members of a {@link Finding} that say so.
 */
export function paste(command: string): Pick<Finding, "remedy"> & { readonly command: string } {
  return { remedy: command, command };
}

/**
 * A path in a command for a shell.
 *
 * @param path The path.
 * @returns It, in quotes where a shell would else take it apart.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(shellWord("certs/ca-key.pem"), "certs/ca-key.pem");
 * assert.equal(shellWord("it's; rm -r"), "'it'\\''s; rm -r'");
 * assert.equal(shellWord("-rf"), "./-rf");
 * ```
 */
export function shellWord(path: string): string {
  const named = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./@:+-]+$/.test(named) ? named : `'${printable(named).replaceAll("'", "'\\''")}'`;
}

/** Collects what is found, and what is good. */
export class Findings {
  readonly all: Finding[] = [];
  readonly good: Check[] = [];

  /**
   * Looks at something.
   *
   * @param check What.
   * @param look Throws what is wrong; may add findings of its own.
   */
  async look(check: Check, look: () => Promise<void> | void): Promise<void> {
    const before = this.all.length;
    try {
      await look();
    } catch (thrown) {
      this.error(check, thrown);
    }
    if (this.all.length === before) this.good.push(check);
  }

  /**
   * Adds an error as a fault; its hint is the remedy.
   *
   * @param check Where it was found.
   * @param thrown The error.
   * @param command A better command than the hint's.
   */
  error(check: Check, thrown: unknown, command?: string): void {
    const { code, message, hint } = asChatError(thrown);
    const found = command ?? commandIn(hint);
    const more = found === undefined ? {} : { command: found };
    this.all.push({ check, level: "fault", code, message, remedy: hint, ...more });
  }

  /** Adds a finding. */
  add(finding: Finding): void {
    this.all.push(finding);
  }

  /** Whether something does not work. */
  get hasFaults(): boolean {
    return this.all.some(({ level }) => level === "fault");
  }
}

/** Hints name commands with all their arguments, unless a word in capitals stands for one. */
function commandIn(hint: string): string | undefined {
  const command = /\b(?:securechat|chmod) [^;:,]+/.exec(hint)?.[0].trim();
  return command === undefined || /\b[A-Z]{3,}\b/.test(command) ? undefined : command;
}
