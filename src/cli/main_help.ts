/** What `securechat --help` prints. */
export const HELP = `securechat: chat whose every message is signed and kept as evidence

Usage:
  securechat COMMAND [OPTIONS]
  securechat COMMAND --help

Commands:
  ca init       make the certificate authority (CA) of your team
  ca            sign, list, revoke: what the CA has issued; show, crl, log
  cert issue    issue a certificate to a server or a client
  cert          request, renew, check, show or verify a certificate
  db init       create or upgrade the tables of accounts
  user          list, add, remove, passwd (password), rebind (key) of accounts
  serve         run the server
  admin         who, kick, ban, mute, rooms, motd, stats of a running server
  connect       connect to a server and chat
  send          say something in a room, from a script
  tail          print what is said in a room
  verify        check transcripts and say who wrote what
  show          show the conversation of a transcript
  doctor        say what is wrong here, and what mends it
  bench         load a running server with test sessions, and measure it

Options:
  -h, --help       this text, or that of a command
  -V, --version    the version

Settings come from .env in the current folder, the environment, and options, the
last being strongest; .env.example describes each. NO_COLOR turns colour off,
SECURECHAT_DEBUG=1 adds a stack to errors.

Exit status:
  0 done or VALID, 1 refused or INVALID, 2 wrong use or setting, 3 INCOMPLETE,
  4 no such input, 70 a fault of securechat, 130 stopped at a prompt

Examples:
  $ securechat ca init --name "Team CA"
  $ securechat cert issue --cn chat.example --type server
  $ securechat cert issue --cn alice --type client
  $ securechat serve
  $ securechat connect 127.0.0.1:5555
  $ securechat verify transcripts/*.transcript
`;
