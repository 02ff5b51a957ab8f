#!/usr/bin/env bash
# Makes the database and the user that securechat keeps its accounts with, in MySQL 8 or MariaDB.
set -euo pipefail

readonly NAME_PATTERN='^[A-Za-z][A-Za-z0-9_]{0,31}$'
readonly HOST_PATTERN='^([A-Za-z0-9][A-Za-z0-9.:-]{0,254}|/[A-Za-z0-9_./-]{1,100})$'
# Neither SQL nor .env gives these characters a meaning.
readonly PASSWORD_PATTERN='^[A-Za-z0-9._~+=@%^:,!-]{12,128}$'

usage() {
  cat <<'HELP'
Usage: scripts/setup_mysql.sh

Makes a database (utf8mb4) and a user with the rights that securechat needs on it
(SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER), then prints the lines for .env.

It asks for, one line each; an empty line takes the value in brackets:
  host of the database  [localhost]  a path ("/run/mysqld/mysqld.sock") is its socket
  port                  [3306]
  administrator         [root]
  their password        [none]       not shown
  database to make      [securechat]
  user to make          [securechat]
  password of that user [generated]  not shown; 12 to 128 of A-Z a-z 0-9 . _ ~ + = @ % ^ : , ! -

The answers may also come from standard input. A user that exists gets the new password.
Run again, it changes nothing else. The mysql or mariadb client must be installed.

Exit status: 0 done, 1 the database refused, 2 wrong use.

Example: printf '\n\n\n\n\n\n\n' | scripts/setup_mysql.sh >> .env
HELP
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "setup_mysql: error: $1"
  say "setup_mysql: hint: $2"
  exit "${3:-2}"
}

# ask VARIABLE QUESTION DEFAULT PATTERN
ask() {
  local answer
  printf '%s [%s]: ' "$2" "$3" >&2
  IFS= read -r answer || true # the last line may lack its end
  [[ -t 0 ]] || say ""
  answer="${answer:-$3}"
  [[ "$answer" =~ $4 ]] || fail "cannot use this answer for \"$2\"" "it must match $4"
  printf -v "$1" '%s' "$answer"
}

# ask_secret VARIABLE QUESTION DEFAULT
ask_secret() {
  local answer
  printf '%s [%s]: ' "$2" "$3" >&2
  IFS= read -rs answer || true # as above
  say ""
  [[ ! "$answer" =~ [[:cntrl:]] ]] ||
    fail "cannot use this password" "type it without control characters"
  printf -v "$1" '%s' "$answer"
}

generate_password() {
  # A fixed piece, so that no program of the pipe ends early: 30 bytes give 40 characters.
  head -c 30 /dev/urandom | base64 | tr -d '\n' | tr '+/' '.~'
}

find_client() {
  command -v mariadb || command -v mysql ||
    fail "the mysql client is not installed" "apt-get install mariadb-client" 1
}

# Writes the log-in to a private file: arguments and environment of a program can be read by others.
write_login() {
  local quoted="${admin_password//\\/\\\\}"
  quoted="${quoted//\"/\\\"}"
  {
    printf '[client]\nuser="%s"\npassword="%s"\n' "$admin" "$quoted"
    if [[ "$host" == /* ]]; then
      printf 'socket="%s"\n' "$host"
    else
      printf 'host="%s"\nport=%s\n' "$host" "$port"
      # For "localhost" the client takes its socket, which knows nothing of a port.
      [[ "$port" == 3306 ]] || printf 'protocol=tcp\n'
    fi
  } >"$login_file"
}

# One account a host name by which the server may see this client.
user_hosts() {
  case "$host" in
    localhost | 127.0.0.1 | ::1 | /*) printf '%s\n' localhost 127.0.0.1 ::1 ;;
    *) printf '%s\n' '%' ;;
  esac
}

print_sql() {
  local from
  printf 'CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4;\n' "$database"
  for from in $(set -f && user_hosts); do
    printf "CREATE USER IF NOT EXISTS '%s'@'%s' IDENTIFIED BY '%s';\n" "$user" "$from" "$password"
    printf "ALTER USER '%s'@'%s' IDENTIFIED BY '%s';\n" "$user" "$from" "$password"
    # An underscore in the name of a database would stand for any character here.
    printf "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON \`%s\`.* TO '%s'@'%s';\n" \
      "${database//_/\\_}" "$user" "$from"
  done
}

print_env() {
  local env_host="$host"
  [[ "$host" != /* && "$host" != localhost ]] || env_host=127.0.0.1
  printf 'DB_HOST=%s\nDB_PORT=%s\nDB_USER=%s\nDB_PASSWORD=%s\nDB_NAME=%s\n' \
    "$env_host" "$port" "$user" "$password" "$database"
}

ask_all() {
  ask host 'host of the database' localhost "$HOST_PATTERN"
  ask port 'port' 3306 '^[1-9][0-9]{0,4}$'
  ask admin 'administrator' root "$NAME_PATTERN"
  ask_secret admin_password 'their password' none
  ask database 'database to make' securechat "$NAME_PATTERN"
  ask user 'user to make' securechat "$NAME_PATTERN"
  ask_secret password 'password of that user' generated
  [[ "$user" != "$admin" && "$user" != root ]] ||
    fail "cannot make the user \"$user\": it is an administrator" "choose another user"
  case "$database" in
    mysql | sys | information_schema | performance_schema)
      fail "cannot use the database \"$database\": it is the server's own" "choose another name"
      ;;
  esac
  [[ -n "$password" ]] || password="$(generate_password)"
  [[ "$password" =~ $PASSWORD_PATTERN ]] ||
    fail "cannot use this password for the user" "12 to 128 of A-Z a-z 0-9 . _ ~ + = @ % ^ : , ! -"
}

main() {
  case "${1:-}" in
    "") ;;
    -h | --help) usage && return 0 ;;
    *) fail "unknown argument" "see: scripts/setup_mysql.sh --help" ;;
  esac
  local host port admin admin_password database user password client
  client="$(find_client)"
  ask_all
  umask 077
  login_file="$(mktemp)" # global, for the trap; mode 0600
  trap 'rm -f -- "$login_file"' EXIT
  write_login
  # --defaults-file and not --defaults-extra-file: then ~/.my.cnf cannot overrule the answers.
  print_sql | "$client" --defaults-file="$login_file" --batch ||
    fail "the database refused" "check that it runs, and the administrator's name and password" 1
  say "setup_mysql: made database $database and user $user; put these lines into .env (mode 0600)"
  say "setup_mysql: next: securechat db init"
  print_env
}

main "$@"
