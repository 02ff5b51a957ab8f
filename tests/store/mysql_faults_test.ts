import assert from "node:assert/strict";
import { ChatError } from "../../src/errors.ts";
import { isDeadlock, isLost, isNamed, mysqlFault } from "../../src/store/mysql_faults.ts";

/** An error as the driver throws it; the text stands for the database's own words. */
function driverError(code: string): Error {
  return Object.assign(new Error("own words"), { code });
}

Deno.test("mysqlFault() names the remedy for each cause", () => {
  const cases: readonly [string, RegExp][] = [ // code of the driver, hint
    ["ECONNREFUSED", /systemctl start/],
    ["ENOTFOUND", /DB_HOST/],
    ["ER_ACCESS_DENIED_ERROR", /DB_PASSWORD/],
    ["ER_DBACCESS_DENIED_ERROR", /setup_mysql/],
    ["ER_BAD_DB_ERROR", /db init/],
    ["ER_NO_SUCH_TABLE", /db init/],
    ["ER_CON_COUNT_ERROR", /max_connections/],
    ["ETIMEDOUT", /load/],
    ["ER_READ_ONLY_MODE", /primary/],
    ["ER_NOBODY_KNOWS", /DB_HOST/],
  ];
  for (const [code, hint] of cases) {
    const cause = driverError(code);
    const fault = mysqlFault(cause, "u@h/d\n");
    assert.equal(fault.code, "DATABASE");
    assert.equal(fault.cause, cause);
    assert.match(fault.hint, hint, code);
    assert.doesNotMatch(fault.message + fault.hint, /own words|\n/);
  }
});

Deno.test("mysqlFault() returns a ChatError as it is", () => {
  const error = new ChatError("DATABASE", "cannot do it");
  assert.equal(mysqlFault(error, "u@h/d"), error);
});

Deno.test("mysqlFault() tells a missing permission from a dead connection", () => {
  const error = Object.assign(new Deno.errors.NotCapable("no net"), { fatal: true });
  assert.equal(isLost(error), false);
  assert.match(mysqlFault(error, "u@h/d").hint, /--allow-net/);
});

Deno.test("isLost() is true for connections that had died alone", () => {
  assert.ok(isLost(driverError("ECONNRESET")));
  assert.ok(isLost(Object.assign(new Error(), { fatal: true })));
  assert.ok(!isLost(driverError("ER_DUP_ENTRY")));
  assert.ok(!isLost(driverError("constructor")));
  assert.ok(!isLost("text"));
});

Deno.test("isNamed() looks into the cause of a ChatError", () => {
  const cause = driverError("ER_DUP_ENTRY");
  assert.ok(isNamed(mysqlFault(cause, "u@h/d"), "ER_DUP_ENTRY"));
  assert.ok(!isNamed(undefined, "ER_DUP_ENTRY"));
});

Deno.test("isDeadlock() is true for the victim of a deadlock alone", () => {
  assert.ok(isDeadlock(driverError("ER_LOCK_DEADLOCK")));
  assert.ok(!isDeadlock(driverError("ER_LOCK_WAIT_TIMEOUT")));
});
