/**
 * Holds the import table: which folder of `src/` may import which. The table reads downwards; a folder
 * may always import itself and `errors.ts`. Stops `import`, `export … from` and `import()`.
 *
 * @module
 */

const TABLE: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  crypto: ["bytes"],
  pki: ["crypto", "bytes"],
  protocol: ["pki", "crypto", "bytes"],
  transcript: ["protocol", "pki", "crypto", "bytes"],
  store: ["crypto", "bytes"],
  chat: ["transcript", "protocol", "store", "pki", "crypto", "bytes"],
  cli: ["chat", "transcript", "protocol", "store", "pki", "crypto", "bytes"],
  "main.ts": ["cli"],
  "errors.ts": [],
};

/** Packages with one home; `node:` built-ins of the runtime are free except those named. */
const HOMES: Readonly<Record<string, RegExp>> = {
  "@peculiar/x509": /^pki\//,
  "reflect-metadata": /^pki\//,
  "@noble/ciphers": /^crypto\/aes_ecb\.ts$/,
  "@noble/curves": /^crypto\/modp\.ts$/,
  "@noble/hashes": /^crypto\/tree_hash\.ts$/,
  "zod": /^(protocol\/|cli\/config|cli\/json_command|transcript\/|chat\/operator\/)/,
  "mysql2": /^store\/mysql\.ts$/,
  "node:sqlite": /^store\/sqlite\.ts$/,
  "@optique/core": /^cli\//,
  "@logtape/logtape": /^(cli|chat)\//,
  "@logtape/redaction": /^cli\//,
};

/** Path below `src/`, or nothing when the file is not of the product. */
function belowSrc(path: string): string | undefined {
  return /(?:^|[\\/])src[\\/](.+)$/.exec(path)?.[1]?.replaceAll("\\", "/");
}

/** The path below `src/` that a relative specifier of `file` (also below `src/`) names. */
function resolveBelowSrc(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

/**
 * Says why an import is against the table.
 *
 * @param file Path of the importing file.
 * @param specifier The module specifier as written.
 * @returns The reason, or nothing when the import is allowed.
 */
export function importFault(file: string, specifier: string): string | undefined {
  const from = belowSrc(file);
  if (from === undefined) return undefined;
  if (!specifier.startsWith(".")) {
    const home = Object.entries(HOMES).find(([name]) =>
      specifier === name || specifier.startsWith(`${name}/`)
    );
    if (home === undefined || home[1].test(from)) return undefined;
    return `${home[0]} has one home (${home[1].source}): import its wrapper instead`;
  }
  const to = resolveBelowSrc(from, specifier);
  const fromFolder = from.split("/")[0] ?? "";
  const toFolder = to.split("/")[0] ?? "";
  if (to === "errors.ts") return undefined;
  const versions = [from, to].map((path) => /^protocol\/(v\d+)\//.exec(path)?.[1]);
  if (versions[0] !== undefined && versions[1] !== undefined && versions[0] !== versions[1]) {
    return "protocol versions never import each other";
  }
  if (fromFolder === toFolder || TABLE[fromFolder]?.includes(toFolder)) return undefined;
  return `src/${fromFolder} may not import src/${toFolder}`;
}

function check(context: Deno.lint.RuleContext, node: Deno.lint.Node, source: unknown): void {
  if (typeof source !== "string") return;
  const fault = importFault(context.filename, source);
  if (fault !== undefined) context.report({ node, message: fault });
}

/** True where a node sits inside a function or a class: there, arrow functions are welcome. */
function isTopLevelArrow(node: Deno.lint.VariableDeclarator): boolean {
  const declaration = node.parent;
  const holder = declaration?.parent;
  return node.init?.type === "ArrowFunctionExpression" &&
    (holder?.type === "Program" || holder?.type === "ExportNamedDeclaration");
}

/** Whether a doc comment stands right before a node. */
function isDocumented(context: Deno.lint.RuleContext, node: Deno.lint.Node): boolean {
  const comment = context.sourceCode.getCommentsBefore(node).at(-1);
  return comment?.type === "Block" && comment.value.startsWith("*");
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "import-table": {
      create(context) {
        return {
          ImportDeclaration: (node) => check(context, node, node.source.value),
          ExportNamedDeclaration: (node) => check(context, node, node.source?.value),
          ExportAllDeclaration: (node) => check(context, node, node.source.value),
          ImportExpression: (node) =>
            check(context, node, node.source.type === "Literal" ? node.source.value : undefined),
        };
      },
    },
    "declared-functions": {
      create(context) {
        return {
          VariableDeclarator: (node) => {
            if (!isTopLevelArrow(node)) return;
            context.report({ node, message: "declare top-level functions with `function`" });
          },
        };
      },
    },
    "documented-exports": {
      create(context) {
        return {
          ExportNamedDeclaration: (node) => {
            if (belowSrc(context.filename) === undefined || isDocumented(context, node)) return;
            context.report({ node, message: "say in a doc comment what this is" });
          },
        };
      },
    },
    "hash-private": {
      create(context) {
        return {
          "PropertyDefinition[accessibility=private], MethodDefinition[accessibility=private]": (
            node: Deno.lint.Node,
          ) => context.report({ node, message: "use #name, not `private`" }),
        };
      },
    },
  },
};

export default plugin;
