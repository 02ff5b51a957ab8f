/**
 * The settings of a run: `.env` in the current folder, then the environment, then options, the last
 * being strongest, checked once and never changed after that.
 *
 * @module
 */

import { z } from "zod";
import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { MysqlOptions } from "../store/mysql_options.ts";
import { DOTENV_FILE, type DotenvValues, readDotenv } from "./dotenv_file.ts";
import type { Io } from "./io.ts";
import {
  type RawSettings,
  type Setting,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  type SourcedValue,
} from "./settings.ts";

/** The paths of a certificate and its key. */
export interface IdentityPaths {
  readonly cert: string;
  readonly key: string;
}

/** Where accounts are kept. */
export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "mysql"; readonly options: MysqlOptions };

/** What is worth writing to a log. */
export type ConfigLogLevel = "debug" | "info" | "warning" | "error";

/** Every setting, checked. Paths are relative to the current folder. */
export interface Config {
  readonly database: DatabaseConfig;
  readonly serverHost: string;
  /** 0 lets the system choose. */
  readonly serverPort: number;
  readonly ca: IdentityPaths;
  /** The revocation list; beside the CA's certificate where it is not named. */
  readonly crl: { readonly path: string; readonly isNamed: boolean };
  readonly server: IdentityPaths;
  readonly client: IdentityPaths;
  readonly certValidityDays: number;
  /** DEBUG makes it "debug". */
  readonly logLevel: ConfigLogLevel;
  readonly transcriptDir: string;
  readonly logDir: string;
  readonly saltFile: string;
  readonly saltSecretFile: string;
  /** The operator's local socket; beside the embedded store where it is not named; absent: off. */
  readonly adminSocket?: string;
  readonly isAdminSocketNamed: boolean;
  /** Bans, mutes and the message of the day: beside the embedded store. */
  readonly operatorFile: string;
}

/** Values given by options of the command. */
export type SettingFlags = Readonly<Partial<Record<SettingName, string>>>;

const SHOWN_MAX_CHARS = 60;

const path = text(4096);
const name = text(255);

/** What each value must look like. Messages complete "SERVER_PORT from .env is …: expected …". */
const SCHEMA = z.object({
  DB_HOST: z.union([z.literal(""), name], "a host name or address"),
  DB_PORT: wholeNumber(1, 65_535),
  DB_USER: name,
  DB_PASSWORD: z.string(),
  DB_NAME: text(64), // the longest name of MySQL
  SERVER_HOST: z.string().regex(/^[^\s\p{Cc}]{1,255}$/u, "a host name or address"),
  SERVER_PORT: wholeNumber(0, 65_535),
  CA_CERT: path,
  CA_KEY: path,
  CA_CRL: z.union([z.literal(""), path], "a path"),
  SERVER_CERT: path,
  SERVER_KEY: path,
  CLIENT_CERT: path,
  CLIENT_KEY: path,
  CERT_VALIDITY_DAYS: wholeNumber(1, 36_500),
  DEBUG: choice({ true: ["true", "1", "yes", "on"], false: ["false", "0", "no", "off"] }),
  LOG_LEVEL: choice({ debug: ["DEBUG"], info: ["INFO"], warning: ["WARNING"], error: ["ERROR"] }),
  DB_FILE: path,
  TRANSCRIPT_DIR: path,
  LOG_DIR: path,
  SALT_FILE: path,
  SALT_SECRET_FILE: path,
  ADMIN_SOCKET: z.union([z.literal(""), path], "a path, or off"),
});

type Checked = z.infer<typeof SCHEMA>;

/**
 * Reads and checks all settings.
 *
 * @param io The world: its environment is asked for the names of `settings.ts` and no others.
 * @param flags Values of the command's options.
 * @returns The settings.
 * @throws {ChatError} CONFIG naming the setting, where its value is from, and what is wrong with it.
 */
export async function readConfig(io: Io, flags: SettingFlags = {}): Promise<Config> {
  return mergeSettings(io, { flags, dotenv: await readDotenv() });
}

/** What is laid over each other, beside the environment. */
export interface SettingLayers {
  readonly flags: SettingFlags;
  /** The contents of `.env`. */
  readonly dotenv: DotenvValues;
}

/**
 * Lays the sources of settings over each other and checks the outcome.
 *
 * @param io The world: its environment is the middle layer.
 * @param layers The other two.
 * @returns The settings.
 * @throws {ChatError} CONFIG naming the setting, where its value is from, and what is wrong with it.
 */
export function mergeSettings(io: Io, { flags, dotenv }: SettingLayers): Config {
  const entries = SETTING_NAMES.map((name) => {
    const candidates = [
      { value: flags[name], source: flagOf(name) },
      { value: io.env(name), source: "the environment" },
      { value: dotenv[name], source: DOTENV_FILE },
    ];
    return [name, strongest(candidates, SETTINGS[name].fallback)] as const;
  });
  return checkSettings(Object.fromEntries(entries) as unknown as RawSettings);
}

/**
 * Checks values whose sources are known.
 *
 * @param raw The value of every setting.
 * @returns The settings.
 * @throws {ChatError} CONFIG for the first value that is wrong. A password is never quoted.
 */
export function checkSettings(raw: RawSettings): Config {
  const values = Object.fromEntries(SETTING_NAMES.map((name) => [name, raw[name].value]));
  const result = SCHEMA.safeParse(values);
  if (result.success) return shape(result.data);
  const issue = result.error.issues[0];
  const name = String(issue?.path[0]) as SettingName;
  const { value, source } = raw[name];
  throw new ChatError(
    "CONFIG",
    `cannot use ${name} from ${source}: ${shown(name, value)}, expected ${issue?.message ?? ""}`,
  );
}

/** The first that is set; an empty value counts as unset. */
function strongest(
  candidates: readonly { readonly value: string | undefined; readonly source: string }[],
  fallback: string,
): SourcedValue {
  for (const { value, source } of candidates) {
    if (value !== undefined && value !== "") return { value, source };
  }
  return { value: fallback, source: "the default" };
}

function flagOf(name: SettingName): string {
  const setting: Setting = SETTINGS[name];
  return setting.flag ?? "the command line";
}

function shown(name: SettingName, value: string): string {
  if (name === "DB_PASSWORD") return "the password is not shown";
  const short = value.length > SHOWN_MAX_CHARS ? `${value.slice(0, SHOWN_MAX_CHARS)}…` : value;
  return `"${printable(short)}"`;
}

function shape(values: Checked): Config {
  return {
    database: values.DB_HOST === "" ? { kind: "sqlite", path: values.DB_FILE } : {
      kind: "mysql",
      options: {
        host: values.DB_HOST,
        port: values.DB_PORT,
        user: values.DB_USER,
        password: values.DB_PASSWORD,
        database: values.DB_NAME,
      },
    },
    serverHost: values.SERVER_HOST,
    serverPort: values.SERVER_PORT,
    ca: { cert: values.CA_CERT, key: values.CA_KEY },
    crl: {
      path: values.CA_CRL || beside(values.CA_CERT, "ca-crl.pem"),
      isNamed: values.CA_CRL !== "",
    },
    server: { cert: values.SERVER_CERT, key: values.SERVER_KEY },
    client: { cert: values.CLIENT_CERT, key: values.CLIENT_KEY },
    certValidityDays: values.CERT_VALIDITY_DAYS,
    logLevel: values.DEBUG === "true" ? "debug" : values.LOG_LEVEL,
    transcriptDir: values.TRANSCRIPT_DIR,
    logDir: values.LOG_DIR,
    saltFile: values.SALT_FILE,
    saltSecretFile: values.SALT_SECRET_FILE,
    ...values.ADMIN_SOCKET === "off" ? {} : {
      adminSocket: values.ADMIN_SOCKET || beside(values.DB_FILE, "admin.sock"),
    },
    isAdminSocketNamed: values.ADMIN_SOCKET !== "",
    operatorFile: beside(values.DB_FILE, "securechat-operator.json"),
  };
}

/** The path of a file in the same folder. */
function beside(path: string, name: string): string {
  return path.replace(/[^/\\]*$/, name);
}

function text(maxChars: number): z.ZodString {
  const pattern = new RegExp(`^\\P{Cc}{1,${maxChars}}$`, "u");
  return z.string().regex(pattern, `1 to ${maxChars} characters without control characters`);
}

function wholeNumber(min: number, max: number): z.ZodPipe<z.ZodString, z.ZodTransform<number>> {
  const expected = `a whole number from ${min} to ${max}`;
  const inRange = (digits: string) => Number(digits) >= min && Number(digits) <= max;
  return z.string().refine((value) => /^\d{1,9}$/.test(value) && inRange(value), expected)
    .transform(Number);
}

/** Words of any letter case that mean one of a few things. */
function choice<const T extends string>(
  words: Readonly<Record<T, readonly string[]>>,
): z.ZodPipe<z.ZodString, z.ZodTransform<T>> {
  const entries = Object.entries<readonly string[]>(words) as [T, readonly string[]][];
  const means = new Map<string, T>();
  for (const [meaning, spelled] of entries) {
    for (const word of spelled) means.set(word.toLowerCase(), meaning);
  }
  const expected = `one of ${entries.flatMap(([, spelled]) => spelled).join(", ")}`;
  return z.string().refine((value) => means.has(value.toLowerCase()), expected)
    .transform((value) => means.get(value.toLowerCase()) as T); // there: refined above
}
