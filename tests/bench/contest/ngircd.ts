import { Issuer } from "../issuer.ts";
import type { Contestant } from "./contestant.ts";
import { freePort, launch, TlsContest, type Tongue, versionOf } from "./launch.ts";
import { TLS_NAME, type TlsClient } from "./tls_client.ts";

const PROGRAM = "/usr/sbin/ngircd";
const ROOM = "#bench";

/** RFC 2812. */
const IRC: Tongue = {
  end: "\r\n",
  enter: async (client: TlsClient, name: string) => {
    client.send(`NICK ${name}\r\nUSER ${name} 0 * :bench\r\n`);
    await client.until(` 001 ${name} `); // RPL_WELCOME
    client.send(`JOIN ${ROOM}\r\n`);
    await client.until(` 366 ${name} `); // RPL_ENDOFNAMES
  },
  textOf: (line) => {
    const mark = ` PRIVMSG ${ROOM} :`;
    const at = line.indexOf(mark);
    return at < 0 ? undefined : line.slice(at + mark.length);
  },
  say: (text) => `PRIVMSG ${ROOM} :${text}\r\n`,
};

/** Limits are off: numbers of connections, and penalties for who says much. */
function configuration(paths: {
  readonly cert: string;
  readonly key: string;
  readonly plainPort: number;
  readonly port: number;
}): string {
  return `[Global]
Name = irc.bench.example
Info = bench
Listen = 127.0.0.1
Ports = ${paths.plainPort}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
MaxNickLength = 20
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = ${paths.cert}
KeyFile = ${paths.key}
Ports = ${paths.port}
`;
}

/** ngIRCd (Debian's package is built with GnuTLS). */
export const NGIRCD: Contestant = {
  name: "ngircd",
  settings: "TLS, MaxPenaltyTime = 0, no limit of connections, no DNS, Ident, PAM",
  version: () => versionOf(PROGRAM, ["--version"]),
  start: async ({ folder, listeners, onText }) => {
    const issuer = await Issuer.create("ec-p256");
    const paths = await issuer.writeServer(folder, { name: TLS_NAME, stem: "" });
    const [port, plainPort] = [freePort(), freePort()];
    const config = `${folder}/ngircd.conf`;
    await Deno.writeTextFile(config, configuration({ ...paths, port, plainPort }));
    // Started by root it becomes nobody, and reads its files again as that.
    await Deno.chmod(folder, 0o755);
    await Deno.chmod(paths.key, 0o644);
    const process = await launch(PROGRAM, { args: ["-n", "-f", config], port, folder });
    return await TlsContest.start(process, { port, issuer, tongue: IRC, listeners, onText });
  },
};
