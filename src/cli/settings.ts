/**
 * The name, default and option of every setting. `.env.example` says what each means; a test compares
 * the two, and the permission list of every task is made of these names.
 *
 * @module
 */

/** What is known of a setting before it is read. */
export interface Setting {
  /** Used where nothing else is given. */
  readonly fallback: string;
  /** Options that set it, for errors; which of them depends on the command. */
  readonly flag?: string;
}

/** Every setting. The first sixteen are those of the original system and keep their meaning. */
export const SETTINGS = {
  DB_HOST: { fallback: "" },
  DB_PORT: { fallback: "3306" },
  DB_USER: { fallback: "securechat" },
  DB_PASSWORD: { fallback: "" },
  DB_NAME: { fallback: "securechat" },
  SERVER_HOST: { fallback: "127.0.0.1", flag: "--host" },
  SERVER_PORT: { fallback: "5555", flag: "--port" },
  CA_CERT: { fallback: "certs/ca-cert.pem", flag: "--ca" },
  CA_KEY: { fallback: "certs/ca-key.pem", flag: "--ca-key" },
  CA_CRL: { fallback: "", flag: "--crl" },
  SERVER_CERT: { fallback: "certs/server-cert.pem", flag: "--cert" },
  SERVER_KEY: { fallback: "certs/server-key.pem", flag: "--key" },
  CLIENT_CERT: { fallback: "certs/client-cert.pem", flag: "--cert" },
  CLIENT_KEY: { fallback: "certs/client-key.pem", flag: "--key" },
  CERT_VALIDITY_DAYS: { fallback: "365", flag: "--days" },
  DEBUG: { fallback: "false" },
  LOG_LEVEL: { fallback: "INFO" },
  DB_FILE: { fallback: "securechat.db", flag: "--db" },
  TRANSCRIPT_DIR: { fallback: "transcripts", flag: "--transcripts" },
  LOG_DIR: { fallback: "logs", flag: "--logs" },
  SALT_FILE: { fallback: "securechat-salts.json", flag: "--salts" },
  SALT_SECRET_FILE: { fallback: "securechat-salt.secret" },
  ADMIN_SOCKET: { fallback: "", flag: "--admin-socket" },
  SECURECHAT_DEBUG: { fallback: "" },
  NO_COLOR: { fallback: "" },
} as const satisfies Readonly<Record<string, Setting>>;

/** The name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** All names, in the order of the table. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** A value and where it is from: ".env", "the environment", "--port", "the default". */
export interface SourcedValue {
  readonly value: string;
  readonly source: string;
}

/** The value of every setting, as text. */
export type RawSettings = Readonly<Record<SettingName, SourcedValue>>;
