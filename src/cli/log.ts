/**
 * Sets the log up: JSON Lines in a file of its own for server and client. Who logs asks LogTape for a
 * logger of the category `securechat`; without this set-up, what it logs goes nowhere.
 *
 * @module
 */

import {
  configureSync,
  getJsonLinesFormatter,
  type LogRecord,
  resetSync,
  type Sink,
} from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { dirname } from "node:path";
import { printable } from "../bytes/printable.ts";
import type { LogEvent } from "../chat/event_log.ts";
import type { ConfigLogLevel } from "./config.ts";
import type { Io } from "./io.ts";
import { LogFile } from "./log_file.ts";
import { progress, warn } from "./report.ts";

/** Root of the categories of this program's loggers. */
export const LOG_CATEGORY = "securechat";

const LOG_MAX_BYTES = 5 * 1024 * 1024;
const LOG_MAX_FILES = 5;
const FOLDER_MODE = 0o700;

/** Fields whose values never reach a log, by their names. */
const SECRET_FIELD = /pass(?:word|wd|phrase)?|pwd|secret|key|salt|token|private/i;

/** Where to log and how much. */
export interface LogOptions {
  /** `logs/server.log`; its folder is made with mode 0700. */
  readonly file: string;
  readonly level: ConfigLogLevel;
}

/**
 * Starts the log. A disk that refuses stops nothing: one warning says so; lines are lost until it takes
 * them again, or, where the file cannot even be opened, the log is off.
 *
 * @param io The world, for that warning.
 * @param options Where to log and how much.
 */
export function startLog(io: Io, { file, level }: LogOptions): void {
  const sink = openSink(io, file);
  if (sink === undefined) return;
  configureSync({
    reset: true,
    sinks: {
      file: redactByField(sink, { fieldPatterns: [SECRET_FIELD], action: () => "[redacted]" }),
    },
    loggers: [
      { category: [LOG_CATEGORY], lowestLevel: level, sinks: ["file"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: [] },
    ],
  });
}

/** Ends the log: what was logged is in the file, and the file is closed. */
export function stopLog(): void {
  resetSync();
}

function openSink(io: Io, path: string): (Sink & Disposable) | undefined {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const limits = { maxBytes: LOG_MAX_BYTES, maxFiles: LOG_MAX_FILES };
    return fileSink(io, { path, file: new LogFile(path, limits) });
  } catch (error) {
    warnOfLog(io, path, error);
    return undefined;
  }
}

interface OpenLog {
  readonly path: string;
  readonly file: LogFile;
}

/** A sink that goes on when the disk refuses: what it loses is counted, and told when it works again. */
function fileSink(io: Io, { path, file }: OpenLog): Sink & Disposable {
  const format = getJsonLinesFormatter({ categorySeparator: ".", message: "rendered" });
  let lost = 0;
  const sink: Sink = (record) => {
    try {
      if (lost > 0) {
        file.append(format(lostRecord(record, lost)));
        progress(io, `the log ${printable(path)} is written again: it lacks ${lost} lines`);
        lost = 0;
      }
      file.append(format(record));
    } catch (error) {
      if (lost++ === 0) warnOfLog(io, path, error);
    }
  };
  return Object.assign(sink, { [Symbol.dispose]: () => file[Symbol.dispose]() });
}

function lostRecord({ timestamp }: LogRecord, lost: number): LogRecord {
  const properties = { event: "log.lost" satisfies LogEvent, lost };
  return {
    ...{ category: [LOG_CATEGORY, "log"], level: "warning", timestamp, properties },
    ...{ message: [`${lost} lines are missing here: the disk took none`], rawMessage: "" },
  };
}

function warnOfLog(io: Io, path: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  warn(io, `cannot write the log ${printable(path)}, going on without: ${reason}`);
}
