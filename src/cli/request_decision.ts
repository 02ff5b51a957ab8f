import { printable } from "../bytes/printable.ts";
import { ChatError } from "../errors.ts";
import type { CertificateRequest } from "../pki/request.ts";
import type { Role } from "../pki/validate.ts";
import { usage } from "./args.ts";
import { COMMON_NAME_EXPECTED } from "./leaf_options.ts";
import { COMMON_NAME_PATTERN, parseSubjectName } from "./subject_names.ts";

/** What the operator of the CA said. */
export interface OperatorWords {
  /** The command as typed, for errors. */
  readonly command: string;
  readonly type: Role | undefined;
  readonly cn: string | undefined;
  /** Names that take the place of all that the request names. */
  readonly names: readonly string[];
}

/** What is to be signed. */
export interface Decision {
  readonly commonName: string;
  readonly role: Role;
  readonly names: readonly string[];
  /** What the request asks for and does not get; printable. */
  readonly ignored: readonly string[];
}

/**
 * Decides what a certificate says that is asked for by a request: what the operator said wins, and
 * names of the request pass the checks of `--cn` and `--san`.
 *
 * @param request The request.
 * @param words What the operator said.
 * @returns What is to be signed.
 * @throws {ChatError} USAGE where the role, or whom it is for, is said by neither; BAD_CERT for a name
 * of the request that the operator could not have typed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const request = { commonName: "a b", names: [], emailAddresses: [], ignored: [] } as never;
 * const words = { command: "x", type: "client", cn: undefined, names: [] } as const;
 * assert.throws(() => decideOnRequest(request, words), { code: "BAD_CERT" });
 * assert.equal(decideOnRequest(request, { ...words, cn: "alice" }).commonName, "alice");
 * ```
 */
export function decideOnRequest(request: CertificateRequest, words: OperatorWords): Decision {
  const role = words.type ?? request.role;
  if (role === undefined) {
    const state = "--type is missing, and the request does not say whether it is a server's";
    throw usage(words.command, { state });
  }
  const commonName = words.cn ?? ownName(request, words.command);
  const isReplaced = words.names.length > 0;
  const replaced = request.names.filter((name) => name !== request.commonName)
    .map((name) => `name ${name}`);
  return {
    commonName,
    role,
    names: isReplaced ? words.names : ownNames(request),
    ignored: [
      ...(words.cn === undefined || words.cn === request.commonName
        ? []
        : [`CN ${printable(request.commonName)}`]),
      ...(isReplaced ? replaced : []),
      ...request.emailAddresses.filter((address) => address !== commonName)
        .map((address) => `name email:${address}`),
      ...request.ignored,
    ],
  };
}

function ownName({ commonName }: CertificateRequest, command: string): string {
  if (commonName === "") {
    throw usage(command, { state: "--cn is missing, and the request has no CN" });
  }
  if (COMMON_NAME_PATTERN.test(commonName)) return commonName;
  throw refused(`its CN "${printable(commonName)}" is not ${COMMON_NAME_EXPECTED}`, "--cn NAME");
}

/** The CN among the alternative names is the CN, which may be replaced. */
function ownNames({ commonName, names }: CertificateRequest): readonly string[] {
  return names.filter((name) => name !== commonName).map((name) => {
    // A colon of a prefix would be read as one, so a name that has it is no name.
    if (/^(?:dns|ip):/i.test(name) || parseSubjectName(name) === undefined) {
      throw refused(
        `its name "${printable(name)}" is not a DNS name or an IP address`,
        "--san NAME",
      );
    }
    return name;
  });
}

function refused(why: string, option: string): ChatError {
  return new ChatError("BAD_CERT", `cannot accept request: ${why}`, {
    hint: `have its sender ask again: securechat cert request; or say another: ${option}`,
  });
}
